#!/usr/bin/env python3
"""Rules of the tree that a reader's eye misses: banned words, third-party includes, long files, undocumented error ids.

usage: tree.py SOURCE_DIR [CHECK...]     (no CHECK: all)
Prints file:line: message, and exits 1 where there is something to print.
"""
import re
import sys
from pathlib import Path

CORE = ("money/", "schedule/", "ledger/", "storage/")
ROOMS = CORE + ("interchange/", "apps/")
CODE = ROOMS + ("tests/", "bench/", "tools/", "examples/")
LINES_MAX = 600
FOLDER_MAX = 5

# What a source file of a folder may include besides the standard library, date/date.h and our own headers. The longest folder counts.
POSIX = r"(sys|arpa|netinet)/|(stdlib|pwd|unistd|fcntl|poll|signal|dirent|termios)\.h"
THIRD_PARTY = {
    "money": r"boost/multiprecision/",
    "schedule": r"boost/multiprecision/",
    "storage": r"$^",
    "storage/rocksdb": r"rocksdb/|fmt/|openssl/|" + POSIX,
    "storage/fault": r"rocksdb/|fmt/|" + POSIX,
    "ledger": r"fmt/|openssl/",
    "interchange": r"fmt/|openssl/|toml\+\+/|nlohmann/|simdjson|pugixml\.hpp|hpdf\.h|iconv\.h|xlsxwriter\.h|dlfcn\.h|" + POSIX,
    "apps": r"fmt/|CLI/|nlohmann/|" + POSIX,
    "tests": r".",
    "bench": r".",
    "tools": r".",
    "examples": r"loanbook/",
}

BANNED = {
    r"\b(double|float)\b": "binary floating point is not money",
    r"\b(system|steady|high_resolution)_clock\b": "the core reads no clock; days and times are arguments",
    r"\b(std::)?(locale|setlocale)\b": "text of the core does not depend on a locale",
    r"\bstd::(rand|random_device|mt19937)\b|\bsrand\b": "the core is not random",
    r"\bstd::(cout|cerr|clog)\b|\bprintf\b": "only apps/ speaks to people",
    r"\b(std::)?getenv\b": "the core reads no environment",
    r"\bthis_thread::get_id\b": "results do not depend on which thread made them",
    r"\bstd::sto(d|f|ld)\b|\bstrtod\b": "decimal text goes in and out exactly",
}
# The handler of a broken invariant has nothing but stderr to speak to.
SPEAKS = {"money/assert.cpp"}
# Keys of product files that look like error ids.
NOT_ERRORS = {"terms.amount", "terms.rate", "terms.installments", "overdue.penalty", "allocation.after"}


def without_comments_and_strings(text):
    """The same lines, with comments and literals blanked, so that words in prose are no findings."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\''
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = {}
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix in (".cpp", ".hpp", ".inc") and name.startswith(CODE) and path.is_file():
                self.files[name] = path.read_text(encoding="utf-8")
        self.findings = []

    def find(self, name, line, message):
        self.findings.append(f"{name}:{line}: {message}")

    def words(self):
        for name, text in self.files.items():
            for number, line in enumerate(text.split("\n"), 1):
                if "FIX" + "ME" in line:
                    self.find(name, number, "a FIX" + "ME must not stay; mend it or write TODO(#issue)")
                if re.search(r"\bTODO\b(?!\(#)", line):
                    self.find(name, number, "a TODO names its issue: TODO(#12)")
            if not name.startswith(CORE):
                continue
            for number, line in enumerate(without_comments_and_strings(text).split("\n"), 1):
                for pattern, why in BANNED.items():
                    if line.startswith("#include"):
                        continue
                    if re.search(pattern, line) and not (name in SPEAKS and "speaks" in why):
                        self.find(name, number, f"'{re.search(pattern, line).group()}' is banned here: {why}")

    def includes(self):
        for name, text in self.files.items():
            public = name.endswith(".hpp") and name.startswith(CORE + ("interchange/",))
            # Of a storage implementation only this header is public (cmake/install.cmake).
            public = public and (name.count("/") == 1 or name.endswith("_store.hpp"))
            allowed = max((f for f in THIRD_PARTY if name.startswith(f + "/")), key=len, default="tests")
            for number, line in enumerate(text.split("\n"), 1):
                match = re.match(r"\s*#\s*include\s*<([^>]+)>", line)
                if not match:
                    continue
                header = match.group(1)
                if "." not in header or header == "date/date.h":
                    continue
                if public:
                    self.find(name, number, f"<{header}> must not appear in a public header; include it in the source file")
                elif not re.match(THIRD_PARTY[allowed], header):
                    self.find(name, number, f"<{header}> is not for {allowed}/")

    def sizes(self):
        folders = {}
        for name, text in self.files.items():
            lines = text.count("\n")
            if lines > LINES_MAX and not text.startswith("// Long because"):
                self.find(name, lines, f"{lines} lines; split it above {LINES_MAX}, or begin with '// Long because'")
            folders.setdefault(name.rsplit("/", 1)[0], []).append(name)
        for folder, names in folders.items():
            if len(names) > FOLDER_MAX and folder + "/" not in ("tests/support/",) and not (self.root / folder / "README.md").exists():
                self.find(folder + "/README.md", 1, f"{len(names)} source files want a README.md: what lives here, what must not, where to begin")

    def error_ids(self):
        """Every error id in the code stands in docs/errors.md, and the other way round."""
        page = (self.root / "docs/errors.md").read_text(encoding="utf-8")
        listed = set(re.findall(r"^\| `([a-z_]+\.[a-z_0-9]+)`", page, flags=re.M))
        families = {i.split(".")[0] for i in listed}
        used = {}
        for name, text in self.files.items():
            if not name.startswith(ROOMS):
                continue
            for number, line in enumerate(text.split("\n"), 1):
                code = re.sub(r"^\s*//.*", "", line)
                for literal in re.findall(r'"([a-z_]+\.[a-z_0-9]+)"', code):
                    is_id = re.search(r'(\.id\s*=|\bid\s*[:=]|Error\{)', code) or literal.split(".")[0] in families
                    if is_id and literal not in NOT_ERRORS and not re.search(r"\.(cpp|hpp|csv|toml|md|json|head|lock|txt|log)$", literal):
                        used.setdefault(literal, (name, number))
        for literal, (name, number) in used.items():
            if literal not in listed:
                self.find(name, number, f"error id {literal} is not in docs/errors.md")
        made = set(re.findall(r"`([a-z_]+)\.\*` is put together", page))
        for literal in sorted(listed - set(used)):
            if literal.split(".")[0] not in made:
                self.find("docs/errors.md", page[: page.index(f"`{literal}`")].count("\n") + 1, f"{literal} is listed, and no code says it")

    def options(self):
        """Every option of the command line stands in docs/cli.md."""
        page = self.root / "docs/cli.md"
        if not page.exists():
            return
        known = set(re.findall(r"--[a-z][a-z-]+", page.read_text(encoding="utf-8")))
        for name, text in self.files.items():
            if not name.startswith("apps/"):
                continue
            for match in re.finditer(r'add_(?:option|flag)[a-z_]*\(\s*"([^"]+)"', text):
                for option in re.findall(r"--[a-z][a-z-]+", match.group(1)):
                    if option not in known:
                        self.find(name, text[: match.start()].count("\n") + 1, f"{option} is not in docs/cli.md")


def main():
    tree = Tree(Path(sys.argv[1]))
    checks = sys.argv[2:] or ["words", "includes", "sizes", "error_ids", "options"]
    for check in checks:
        getattr(tree, check)()
    print("\n".join(tree.findings) or f"{len(tree.files)} files: nothing found")
    return 1 if tree.findings else 0


if __name__ == "__main__":
    sys.exit(main())
