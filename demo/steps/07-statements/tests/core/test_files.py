import tempfile
import unittest
from pathlib import Path

from platform_core.files import atomic_write, read_lines


class AtomicWriteTest(unittest.TestCase):
    def test_complete_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "deep", "a.txt")
            with atomic_write(path) as stream:
                stream.write("one\n\ntwo\n")
                self.assertFalse(path.exists())
            self.assertEqual(read_lines(path), ["one", "two"])

    def test_nothing_is_left_after_a_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(RuntimeError):
                with atomic_write(Path(folder, "a.txt")):
                    raise RuntimeError("no")
            self.assertEqual(list(Path(folder).iterdir()), [])
