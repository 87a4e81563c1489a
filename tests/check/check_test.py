#!/usr/bin/env python3
"""Tests of script/check: a clean small tree passes, and each rule fires on a tree that breaks just that rule."""

import pathlib
import subprocess
import tempfile
import unittest

CHECK = pathlib.Path(__file__).resolve().parents[2] / "script" / "check"

CLEAN = {
    "CMakeLists.txt": """
add_room(base)
add_room(wire ROOMS base)
add_room(keeper ROOMS base
         wire LIBRARIES sodium)
add_room(drills ROOMS base)
add_program(bulkhead-keeper keeper drills)
""",
    ".clang-format": "BasedOnStyle: Google\nColumnLimit: 100\n",
    "src/base/a.h": "// One. Two. Three.\n#pragma once\n\nint a();\n",
    "src/base/a.cpp": '#include "base/a.h"\n\nint a() { return 1\'000; }\n',
    "src/wire/b.cpp": '#include "base/a.h"\n\n// memcmp( and rand( in words are fine.\nconst char* b() { return "atoi("; }\n',
    "src/keeper/bulkhead_keeper_main.cpp": '#include "base/a.h"\n#include "drills/d.h"\n#include "wire/b.h"\n\n'
                                           "int main() { return a(); }\n",
    "drills/d.h": "// One. Two. Three.\n#pragma once\n",
    "docs/x.md": "See https://example.org/home/page. TODO(later): more.\n",
}


class CheckTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        for name, text in CLEAN.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_check(self):
        run = subprocess.run([CHECK, "--root", self.root], capture_output=True, text=True, check=False)
        self.assertEqual(run.stderr, "")
        return run.returncode, run.stdout

    def finds(self, expected):
        code, out = self.run_check()
        self.assertIn(expected, out)
        self.assertEqual(code, 1, out)
        self.assertEqual(out.count("\n"), 2, f"one finding and the summary, not:\n{out}")

    def test_clean_tree_passes(self):
        code, out = self.run_check()
        self.assertEqual(code, 0, out)
        self.assertIn(" 0 problems, 0 warnings", out)

    def test_upward_include(self):
        self.write("src/wire/c.cpp", '#include "base/a.h"\n#include "keeper/k.h"\n')
        self.finds("src/wire/c.cpp:2: wire may not include keeper: go through base")

    def test_include_is_not_transitive(self):
        self.write("CMakeLists.txt", "add_room(base)\nadd_room(wire ROOMS base)\nadd_room(keeper ROOMS wire)\n"
                                     "add_room(drills ROOMS base)\nadd_program(bulkhead-keeper keeper base drills)\n")
        self.write("src/keeper/k.cpp", '#include "base/a.h"\n')
        self.finds("src/keeper/k.cpp:1: keeper may not include base")

    def test_drills_are_a_room(self):
        self.write("drills/e.cpp", '#include "wire/b.h"\n')
        self.finds("drills/e.cpp:1: drills may not include wire")

    def test_only_the_named_main_includes_further_rooms(self):
        self.write("src/keeper/k.cpp", '#include "drills/d.h"\n')
        self.finds("src/keeper/k.cpp:1: keeper may not include drills")

    def test_unknown_room(self):
        self.write("src/attic/a.cpp", "int x;\n")
        self.finds("src/attic/a.cpp:1: room attic has no row")

    def test_include_without_room(self):
        self.write("src/base/b.cpp", '#include "a.h"\n')
        self.finds('src/base/b.cpp:1: "a.h" names no room: include "base/a.h"')

    def test_banned_calls(self):
        for line, expected in [
            ("int x = atoi(y);", "use std::from_chars"),
            ("int x = rand();", "use crypto/random.h"),
            ("int x = std::rand();", "use crypto/random.h"),
            ("int x = memcmp(a, b, 1);", "constant-time equal"),
            ("std::regex x;", "parse by hand or use RE2"),
            ("#include <regex>", "parse by hand or use RE2"),
            ("int x = std::printf(y);", "use fmt"),
            ("int x = snprintf(y);", "use fmt"),
            ("auto x = strcpy(a, b);", "use std::string"),
            ("int x = system(y);", "use fork and execve"),
            ("int x = std::system(y);", "use fork and execve"),
            ("auto x = [=] {};", "name each capture"),
            ("auto x = [=, &y] {};", "name each capture"),
            ("void f() { throw 1; }", "return fail"),
            ("auto* x = new int;", "use std::make_unique"),
            ("void f(int* x) { delete x; }", "use std::make_unique"),
        ]:
            with self.subTest(line=line):
                self.write("src/wire/c.cpp", f"// Why.\n{line}\n")
                self.finds("src/wire/c.cpp:2: ")
                self.assertIn(expected, self.run_check()[1])

    def test_allowed_look_alikes(self):
        self.write("src/wire/c.cpp", "int strand(int);\nint y = strand(1);\nint z = io.system(1);\n"
                                     "struct S {\n  S(const S&) = delete;\n};\nchar q = '\"';\n"
                                     "std::unique_ptr<S> s(new S);\nauto t = std::unique_ptr<S>(new S);\n"
                                     "auto r = R\"(rand() \" throw)\";\n")
        code, out = self.run_check()
        self.assertEqual(code, 0, out)

    def test_memcmp_is_allowed_where_it_is_wrapped(self):
        self.write("src/base/b.cpp", "int x = memcmp(a, b, 1);\n")
        self.assertEqual(self.run_check()[0], 0)

    def test_using_namespace_in_header(self):
        self.write("src/wire/c.h", "// One. Two. Three.\n#pragma once\nusing namespace std;\n")
        self.finds("src/wire/c.h:3: using namespace in a header")

    def test_header_comment(self):
        self.write("src/wire/c.h", "#pragma once\n")
        self.finds("src/wire/c.h:1: header opens without a comment")

    def test_header_guard(self):
        self.write("src/wire/c.h", "// One. Two. Three.\n")
        self.finds("src/wire/c.h:1: no include guard")

    def test_leftovers(self):
        for text in ("TO" + "DO(now): x", "TO" + "DO: x", "FIX" + "ME"):
            with self.subTest(text=text):
                self.write("src/wire/c.cpp", f"// {text}\n")
                self.finds("src/wire/c.cpp:1: work left for now")

    def test_machine_paths(self):
        for folder in ("home", "work", "Users"):
            with self.subTest(folder=folder):
                self.write("docs/y.md", f"run /{folder}/me/tool\n")
                self.finds("docs/y.md:1: path of one machine")

    def test_too_long(self):
        self.write("src/wire/c.cpp", "// x\n" * 501)
        self.finds("src/wire/c.cpp:501: 501 lines, at most 500")

    def test_long_is_a_warning(self):
        self.write("src/wire/c.cpp", "// x\n" * 301)
        code, out = self.run_check()
        self.assertEqual(code, 0, out)
        self.assertIn("src/wire/c.cpp:301: warning: 301 lines", out)

    def test_format(self):
        self.write("src/wire/c.cpp", "int  x ;\n")
        self.finds("src/wire/c.cpp:1: not formatted: run clang-format-19 -i src/wire/c.cpp")

    def test_beast(self):
        for i in range(6):
            self.write(f"src/wire/b{i}.cpp", "#include <boost/beast/http.hpp>\n")
        self.assertEqual(self.run_check()[0], 0)
        self.write("src/wire/b6.cpp", "#include <boost/beast/http.hpp>\n")
        self.finds("src/wire/b6.cpp:1: Boost.Beast in 7 files, at most 6")

    def keeper(self, program, *flags):
        (self.root / "build/release").mkdir(parents=True, exist_ok=True)
        subprocess.run(["g++", "-x", "c++", "-", "-o", self.root / "build/release/bulkhead-keeper", *flags],
                       input=program, text=True, check=True)

    def test_keeper_clean(self):
        self.keeper("#include <string>\nint main(int n, char**) { return std::to_string(n).empty(); }")
        self.assertEqual(self.run_check()[0], 0)

    def test_keeper_that_listens(self):
        self.keeper("#include <sys/socket.h>\nint main() { return listen(3, 1); }")
        self.finds("the keeper calls listen: let the supervisor do it")

    def test_keeper_that_maps_more(self):
        self.keeper("int main() {}", "-Wl,--no-as-needed", "-lssl")
        self.finds("the keeper maps libssl")

    def test_keeper_with_a_regex(self):
        self.keeper("#include <regex>\nint main(int n, char** v) { return std::regex_match(v[0], std::regex(v[n - 1])); }")
        self.finds("the keeper contains std::")


if __name__ == "__main__":
    unittest.main()
