"""Code that is found by its place in the tree."""

import importlib.util
import shutil
from pathlib import Path

WORKER_TEMPLATE = Path(__file__).resolve().parent.parent / "templates" / "worker"


def load_handlers(folder: Path) -> dict[str, object]:
    """One `Handler` from every module in the folder, by the module's name."""
    handlers = {}
    for path in sorted(folder.glob("*.py")):
        if path.name.startswith("_"):
            continue
        spec = importlib.util.spec_from_file_location(f"harbor_handler_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        handlers[path.stem] = module.Handler()
    return handlers


def create_worker(service: Path) -> list[str]:
    """Copy the template of a worker into a service; the files that were copied."""
    shutil.copytree(WORKER_TEMPLATE, service, dirs_exist_ok=True)
    return sorted(path.name for path in WORKER_TEMPLATE.iterdir() if path.is_file())
