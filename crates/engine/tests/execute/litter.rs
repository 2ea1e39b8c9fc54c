use ssot_model::UnitState;

use crate::fixture::{Platform, ended, good};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_tests_write_into_the_tree_reaches_nobody() {
    let platform = Platform::with(&[(
        "tests/test_litter.py",
        "import os, unittest\nclass Litter(unittest.TestCase):\n    def test_litter(self):\n        \
         self.assertFalse(os.path.exists('app/left.py'))\n        \
         open('app/left.py', 'w').write('# dup left')\n        \
         open('app/d.py', 'w').write('# broken')\n",
    )]);
    let summary = platform.run(vec![good("b"), good("c")]).await.unwrap();
    assert_eq!(ended(&summary, "p-b").0, UnitState::Done, "{:?}", ended(&summary, "p-b"));
    assert_eq!(ended(&summary, "p-c").0, UnitState::Done, "{:?}", ended(&summary, "p-c"));
    assert_eq!(platform.landed("app/left.py"), None);
    assert_eq!(platform.landed("app/d.py").unwrap(), "# dup d\nVALUE = 1\n");
}
