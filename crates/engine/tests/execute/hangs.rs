use ssot_engine::execute::ExecuteError;
use ssot_model::UnitState;

use crate::fixture::{Platform, TARGET, config, ended, work};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_never_ends_is_an_error_and_nothing_lands() {
    let mut platform = Platform::new();
    let mut hanging =
        config("python3 -c 'import app.a, time; print(\"begun\", flush=True); time.sleep(99)'");
    hanging.timeout_seconds = 1;
    platform.test = Some(hanging);
    let error = platform.run(vec![crate::fixture::good("b")]).await.unwrap_err();
    assert!(matches!(&error, ExecuteError::Hanging { seconds: 1, .. }), "{error}");
    assert!(error.to_string().contains("begun") && error.to_string().contains("timeout-seconds"));
    assert_eq!(platform.repository.branch_head(TARGET).unwrap(), None);
    platform.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_that_makes_the_tests_hang_is_rejected() {
    let mut platform = Platform::new();
    platform.test.as_mut().unwrap().timeout_seconds = 4;
    let text = "import sys, time\nVALUE = 1\nif 'unittest' in sys.modules:\n    time.sleep(99)\n";
    let summary = platform.run(vec![work("p-b", "app/b.py", text)]).await.unwrap();
    let (state, reason) = ended(&summary, "p-b");
    assert_eq!(state, UnitState::Rejected);
    assert!(reason.starts_with("tests: the command hangs"), "{reason}");
}
