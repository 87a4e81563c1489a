#!/usr/bin/env python3
"""Tests of script/fuzz with targets that only pretend: each of its three runs must be able to fail."""

import pathlib
import subprocess
import tempfile
import unittest

FUZZ = pathlib.Path(__file__).resolve().parents[2] / "script" / "fuzz"

# Finds the planted bug, reaches 100 edges and 200 features, finds nothing.
SOUND = """#!/usr/bin/env bash
for word in "$@"; do case $word in -artifact_prefix=*) found=${word#*=} ;; esac; done
if [[ ${BULKHEAD_FUZZ_CANARY:-} == 1 ]]; then @CANARY; fi
case " $* " in *" -runs="*) @FLOOR ;; *) @SEARCH ;; esac
"""
PARTS = {"CANARY": 'echo x >"${found}crash-1"; exit 77', "FLOOR": 'echo "#5 DONE   cov: 100 ft: 200 corp: 1/1b"', "SEARCH": "exit 0"}


class FuzzTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.write("src/wire/codec_fuzz.cpp", "")
        self.write("tests/fuzz_floors.tsv", "# target\truns\tedges\tfeatures\nwire_codec\t5\t100\t200\n")
        self.target()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def target(self, **parts):
        text = SOUND
        for name, part in {**PARTS, **parts}.items():
            text = text.replace(f"@{name}", part)
        self.write("build/fuzz/wire_codec_fuzz", text).chmod(0o755)

    def run_fuzz(self, *arguments):
        run = subprocess.run([FUZZ, "--built", "--root", self.root, "--seconds", "1", *arguments], capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr

    def fails_with(self, sentence, *arguments):
        code, said = self.run_fuzz(*arguments)
        self.assertEqual(code, 1, said)
        self.assertIn(sentence, said)
        self.assertIn("fuzz: 0 passed, 1 failed", said)

    def test_a_sound_target_passes(self):
        code, said = self.run_fuzz("wire_codec")
        self.assertEqual(code, 0, said)
        self.assertIn("fuzz: 1 passed, 0 failed", said)

    def test_a_blind_target_fails(self):
        self.target(CANARY="exit 0")
        self.fails_with("did not find its planted bug")

    def test_a_canary_that_leaves_no_input_is_not_found(self):
        self.target(CANARY="exit 1")
        self.fails_with("did not find its planted bug")

    def test_fewer_edges_or_features_fail(self):
        for reached in ("cov: 99 ft: 200", "cov: 100 ft: 199"):
            with self.subTest(reached=reached):
                self.target(FLOOR=f'echo "#5 DONE   {reached} corp: 1/1b"')
                self.fails_with("reaches less than its floor")

    def test_a_target_that_does_not_say_what_it_reached_fails(self):
        self.target(FLOOR="echo DONE")
        self.fails_with("did not say what it reached")

    def test_a_finding_fails_and_is_kept(self):
        for name, part in (("FLOOR", 'echo found >"${found}crash-2"; exit 77'), ("SEARCH", 'echo found >"${found}crash-2"; exit 77')):
            with self.subTest(run=name):
                self.target(**{name: part})
                self.fails_with("found a bug")
                self.assertEqual((self.root / "build/fuzz/found/wire_codec/crash-2").read_text(), "found\n")

    def test_a_target_without_a_floor_fails(self):
        self.write("tests/fuzz_floors.tsv", "")
        self.fails_with("has no floor")

    def test_a_floor_without_a_target_fails(self):
        (self.root / "src/wire/codec_fuzz.cpp").unlink()
        self.fails_with("has a floor but no source")

    def test_a_target_that_was_not_built_fails(self):
        (self.root / "build/fuzz/wire_codec_fuzz").unlink()
        self.fails_with("was not built")

    def test_an_unknown_target_is_named(self):
        code, said = self.run_fuzz("nosuch")
        self.assertEqual(code, 2)
        self.assertIn("there is no target nosuch; there are wire_codec", said)


if __name__ == "__main__":
    unittest.main()
