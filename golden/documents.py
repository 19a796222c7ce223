"""Random values, and random YAML, JSON and TOML texts, that Helm and Mizzen are given to read and write.

`regenerate --random` runs both on them. A document is a piece of a template, so that it can hold what no file can:
strings that are not UTF-8, control characters, the number types of Go.
"""

import base64
import os
import pathlib
import random
import subprocess
import sys
import tempfile

BATCH = 200
SHOWN = 5
REPEATS = 60
WRITERS = ("toYaml", "toYamlPretty", "toJson", "toPrettyJson", "toRawJson", "toToml")

# Texts that some reader takes for something else than a string, or that some writer has to quote.
WORDS = """
~ null Null NULL nil true True TRUE false False FALSE yes Yes YES no No NO on On ON off Off OFF y Y n N
0 -0 +0 1 -1 +1 007 08 0o7 0O7 0x1F 0X1f 0b101 -0b1 0b 0x 1_000 1__0 _1 1_ 12e03 1e3 1E3 1e+3 -1e-3 .5 5. -.5 +.5 . .. ...
1.0 1.10 .inf .Inf .INF -.inf +.inf .nan .NaN .NAN nan NaN inf Inf 9223372036854775807 9223372036854775808
18446744073709551615 18446744073709551616 -9223372036854775808 -9223372036854775809 1e400 1e-400 0.1e1_0
190:20:30 1:30 -1:30.5 60:00 12:30:45 2001-01-01 2001-1-1 2001-12-14t21:59:43.10-05:00 2001-12-14T21:59:43Z
2001-12-14_21:59 1-1-1 0001-01-01 9999-99-99 - -- --- --- ? ?a ! !a !!str & &a * *a | > |- >+ % %a @ ` # #a a#b : :: a:b = == << , [ ] { } [] {}
' " '' \\ \\n a, ,a [a a] {a a} a] a{b a}b -a - a: :a ?: -: ${a} {{a}} @a `a` %a !a
""".split() + [
    "", " ", "  ", "- ", "- a", "? a", "a: b", "a :b", "a: ", ": a", "a #b", "a# b", " a", "a ", "# a", "--- a", "... a",
    "---\na", "a\n---", "%YAML 1.1", "2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43", "a\tb", "\ta", "a\t", "\t",
    "\n", "\n\n", "a\n", "a\n\n", "\na", "\n a", " \na", " a\nb", "a\n b", "a\n\nb", "a\n\n b\n", "a \nb", "a\n ", "a\n \n",
    "a\r\nb", "a\rb", "\r", "a\r\n", "a: b\nc: d", "- a\n- b\n", "# a\nb", "a # b\n", "\ufeff", "\ufeffa", "a\ufeff", "\x85", "a\x85b",
    "\u2028", "a\u2028b", "a\u2029", "\xa0", "a\xa0b", "\x00", "\x07", "\x1b[0m", "\x7f", "\x80", "\x9f", "\ud7ff", "\ue000", "\ufffd",
    "\ufffe", "\uffff", "\U0001f600", "a\U0001f600b", "\U00010000", "\U0010ffff", "\u00e9", "e\u0301", "\u4f60\u597d", "\u05d0\u05d1",
    "</script>", "a&b<c>", "=", "<<", "null\n", "true ", "a'b", 'a"b', "'a'", '"a"', "a\\b", "it's: \"x\"", "\u200b", "\u200e", "\xad",
]
RAW = [b"\xff", b"a\xffb", b"\xc3", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80", b"a\n\xff\n", b"\x00\xff", b"\xc0\x80"]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
MARKS = " \n\t:#-?,[]{}&*!|>'\"%@`=<~.+_\\/\u00e9\U0001f600\u2028\x85\x01"
NUMBERS = """
0 1 -1 7 10 255 4294967296 9007199254740993 9223372036854775807 -9223372036854775808 0.0 -0.0 1.0 0.5 -2.5 1e6 1e20 1e21 1e22
123456789.125 1e-5 1e-6 1e-7 1.5e300 5e-324 1.7976931348623157e308 3.0e15 0.1 100000.0 1000000.0 123456789012345680.0
""".split()


class Random(random.Random):
    """Random documents."""

    def words(self):
        """A text of words, which a writer may fold."""
        count = self.choice((2, 5, 12, 30))
        words = ["".join(self.choices(LETTERS, k=self.choice((1, 3, 8, 20, 79, 80, 81)))) for _ in range(count)]
        return self.choice((" ", " ", " ", "  ", "\n", " \n", "\n ", ": ", " #")).join(words)

    def string(self):
        """The bytes of a string."""
        kind = self.random()
        if kind < 0.35:
            text = self.choice(WORDS)
        elif kind < 0.5:
            text = self.words()
        elif kind < 0.6:
            text = "".join(self.choice(WORDS) for _ in range(self.randint(2, 4)))
        elif kind < 0.85:
            text = "".join(self.choice(MARKS if self.random() < 0.4 else LETTERS) for _ in range(self.randint(1, 12)))
        elif kind < 0.9:
            lines = (" " * self.choice((0, 0, 1, 2, 4)) + self.choice(WORDS) for _ in range(self.randint(2, 6)))
            text = "\n".join(lines) + self.choice(("", "\n", "\n\n"))
        elif kind < 0.94:
            return self.choice(RAW)
        else:
            text = "".join(self.choices(LETTERS, k=self.randint(0, 5)))
        return text.encode()

    def key(self):
        """The bytes of a key."""
        return self.string() if self.random() < 0.3 else self.choice(("a", "b", "a1", "a10", "a2", "name", "B", "a-b", "1", "2", "10")).encode()

    def value(self, depth=0):
        """A value, as a template writes it."""
        kind = self.random() if depth < 5 else self.uniform(0, 0.6)
        if kind < 0.4:
            return literal(self.string())
        if kind < 0.5:
            return self.number()
        if kind < 0.55:
            return self.choice(("true", "false"))
        if kind < 0.6:
            return self.choice(("(get dict \"\" | empty | not)", "(list)", "(dict)", "(index (dict) \"a\")", "(until 3)", '(splitList "," "a,,b")', "(fromJson `{\"a\":null}`)"))
        if kind < 0.8:
            return "(list %s)" % " ".join(self.value(depth + 1) for _ in range(self.randint(0, 4)))
        return self.dict(depth)

    def number(self):
        """A number of one of Go's types."""
        kind = self.random()
        if kind < 0.5:
            return self.choice(NUMBERS)
        if kind < 0.6:
            return "(int64 %d)" % self.randint(-(1 << 40), 1 << 40)
        if kind < 0.7:
            return "(float64 %d)" % self.randint(-(1 << 60), 1 << 60)
        if kind < 0.75:
            return '(float64 "%s")' % self.choice(("NaN", "Inf", "-Inf"))
        return repr(self.uniform(-1, 1) * 10 ** self.randint(-25, 25))

    def dict(self, depth=0):
        """A dictionary."""
        pairs = (f"{literal(self.key())} {self.value(depth + 1)}" for _ in range(self.randint(0, 5)))
        return "(dict %s)" % " ".join(pairs)

    def mutated(self, seeds, alphabet):
        """One of the texts, changed in a few places."""
        text = self.choice(seeds)
        if self.random() < 0.25:
            text += self.choice(seeds)
        for _ in range(self.choice((0, 1, 1, 2, 3, 6))):
            at = self.randint(0, len(text))
            kind = self.random()
            if kind < 0.45:
                text = text[:at] + self.choice(alphabet) + text[at:]
            elif kind < 0.7:
                text = text[:at] + text[at + self.randint(1, 3):]
            elif kind < 0.8:
                text = text[:at] + self.choice(alphabet) + text[at + 1:]
            elif kind < 0.9:
                lines = text.split("\n")
                line = self.randrange(len(lines))
                lines[line] = self.choice((" ", "  ", "    ", "\t", "- ", "? ", "")) + lines[line].removeprefix("  ")
                text = "\n".join(lines)
            else:
                end = self.randint(at, min(len(text), at + 20))
                text = text[:end] + text[at:end] + text[end:]
        return text

    def yaml(self):
        """A YAML text, more or less."""
        if self.random() < 0.3:
            return self.block(0)
        return self.mutated(YAML, YAML_PIECES)

    def block(self, indent):
        """A YAML text of block and flow collections with scalars of every form."""
        if indent > 6 or self.random() < 0.35:
            return self.scalar(indent)
        lines = []
        kind = self.random()
        for _ in range(self.randint(1, 4)):
            inner = self.block(indent + 2)
            if "\n" in inner or self.random() < 0.1:
                inner = "\n" + " " * (indent + self.choice((2, 2, 2, 0))) + inner
            if kind < 0.6:
                lines.append(f"{self.plain()}: {inner}")
            else:
                lines.append(f"- {inner}")
        return ("\n" + " " * indent).join(lines)

    def plain(self):
        """A word that is mostly plain."""
        return self.choice(("a", "b", "c", "key", "1", "true", "~", "1.5", "2001-01-01", '"a"', "'b'", "<<", "? a\n", self.choice(WORDS)))

    def scalar(self, indent):
        """A scalar of any form, or a flow collection."""
        kind = self.random()
        if kind < 0.35:
            return self.choice(WORDS)
        if kind < 0.5:
            return '"%s"' % self.choice(("a", "\\n", "\\x41", "\\u00e9", "\\U0001F600", "a\\\n  b", "a\n  b", "\\/", "\\q", "a\n\n  b", "\\ud83d"))
        if kind < 0.6:
            return "'%s'" % self.choice(("a", "it''s", "a\n  b", "", "\\n", "a\n\n b"))
        if kind < 0.75:
            header = self.choice("|>") + self.choice(("", "-", "+", "2", "1-", "+2", "9", "0", " # c", "x"))
            space = " " * (indent + self.choice((0, 1, 2, 3)))
            lines = (space + " " * self.choice((0, 0, 0, 1)) + self.choice(("a", "b c", "", "# d", "- e", "f: g", "\tx")) for _ in range(self.randint(0, 4)))
            return header + "\n" + "\n".join(lines)
        if kind < 0.9:
            return self.choice(("[]", "{}", "[a, b]", "{a: b}", "[a: b, {c}]", "{a, b: }", "[[], {}]", "{a: [1, 2], ? b : c}", "[a,\n  b]", "{a: 1, a: 2}", '{"a":b}', "[a:b]", "[,]"))
        return self.choice(("&x ", "*x", "!!str ", "!!int ", "!t ", "!!binary ", "!!float ", "!!null ", "!!bool ", "!!set ", "!<a> ", "&x !!str ", "!!map ", "!!seq ", "!!timestamp ", "!!merge ")) + self.choice(("", "a", "1", "~", "YQ==", "1.5", "yes", "2001-01-01"))


YAML = [
    "a: 1\nb: [x, 'y', \"z\"]\nc:\n  d: |\n    text\n      more\n\n    end\n  e: >-\n    folded\n    text\n",
    "a: &x {b: 1, c: [1, 2]}\nd: *x\ne:\n  <<: *x\n  f: 2\n",
    "a: &x\n  b: 1\nc: &y\n  d: 2\ne:\n  <<: [*x, *y]\n  b: 3\n",
    "- a\n- b: c\n  d: e\n-\n  - f\n  - - g\n    - h\n",
    "%YAML 1.1\n%TAG ! tag:example.com,2000:\n---\na: !b c\n...\n---\nd: e\n",
    "? a\n: b\n? [c, d]\n: e\n? |\n  f\n: g\n",
    "a: \"x\\ty\\u00e9\\\n  z\"\nb: 'it''s\n\n  so'\nc: plain\n  text\n",
    "# comment\na: b # c\n#d\ne:  #f\n  - g\n",
    "a: !!str 1\nb: !!int \"2\"\nc: !!float 3\nd: !!binary YWJj\ne: !!null ''\nf: !!bool yes\ng: !!timestamp 2001-01-01\n",
    "a: 0x1F\nb: 0o17\nc: 017\nd: 1_000\ne: .inf\nf: .NaN\ng: 1e3\nh: 190:20:30\ni: 2001-12-14\nj: ~\nk: yes\n",
    "a: {b: {c: [d, {e: f}]}, g: [h: i]}\nj: []\nk: {}\n",
    "a:\r\n  b: c\r\n  d: |\r\n    e\r\n",
    "\ufeffa: b\n", "a: b\na: c\n", "a: b\n\tc: d\n", "a:\n- b\n- c\nd: e\n", "key: >+\n  a\n\n  b\n\n\nc: d\n", "a: |2\n    x\n  y\n",
    "a: [b, c\nd: e\n", "a: 'b\nc: d\n", "{a: b, c: d}\n", "[a, b]\n", "text\n", "", "---\n", "--- a\n", "a: *b\n", "1: a\n1.5: b\ntrue: c\n~: d\n2001-01-01: e\n",
    "a: &a [*a]\n", "a: &a\n  b: *a\n", "? {a: b}\n: c\n", "&a b: *a\n", "a: b: c\n", "a: - b\n", "- a\nb: c\n", "a\nb: c\n",
]
YAML_PIECES = list(" \n:-?,[]{}&*!|>'\"%@`#~=<.\\ab1\t") + [": ", "- ", "? ", "\n  ", "\n- ", "\n---\n", "\n...\n", "&a ", "*a", "<<: ", "!!str ", "\r\n", "\x00", "\x07", "\x85", "\u2028", "\ufeff", "\u00e9", "\U0001f600", "\\x", "\\u00e9", "|+\n", ">1-\n", "%TAG ! a\n", "null", "1.5", "0x"]
JSON = [
    '{"a":1,"b":[true,false,null],"c":{"d":"e"}}', '[1,-2.5,1e10,0.1E-3]', '"\\u00e9\\ud83d\\ude00\\n\\/"', ' { "a" : [ ] , "b" : { } } ', '{"a":"\\u12"}', "1e400", "-", "01",
    '{"a":1,"a":2}', '{"a":', "tru", "nul", '"a', "[[[[]]]]", '{"a":{"b":{"c":1e999}}}', "1", "null", '"x"', "{}", "[]",
]
JSON_PIECES = list("{}[]:,\"\\ \n\t0123eE+-.truefalsn") + ["\\u", "\\ud800", "\\udc00", "null", "true", "1e5", "\u00e9", "\x01", '""', "'", "//"]
TOML = [
    'a = 1\nb = "x"\n[t]\nc = 2.5\nd = [1, 2, 3]\n[t.u]\ne = true\n', '[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3\n', "a.b.c = 1\na.b.d = 2\n",
    'a = {b = 1, c = "d", e = {f = []}}\n', 'a = """\nx\\\n  y"""\nb = \'\'\'\nz\'\'\'\nc = \'d\'\n', "a = 1979-05-27T07:32:00Z\nb = 1979-05-27\nc = 07:32:00\nd = 1979-05-27 07:32:00.5-07:00\n",
    "a = 0x1F\nb = 0o17\nc = 0b11\nd = 1_000\ne = inf\nf = -nan\ng = 1e3\nh = +1\n", '"a b" = 1\n\'c\' = 2\nd."e.f" = 3\n', "# c\na = 1 # d\n\n[b] # e\n", 'a = "\\u00e9\\n\\e\\x41"\n',
    "[a]\nb = 1\n[a]\nc = 2\n", "a = 1\na = 2\n", "[a.b]\n[a]\n", "a = [1, 'x', [2], {b = 3}]\n", "a = [\n 1, # c\n 2,\n]\n", "a = {}\n[a]\n", "[a]\n[[a]]\n", "a = 1\n[a.b]\n", "a = 9223372036854775808\n",
]
TOML_PIECES = list(" =[]{}\"'\n,.#-+_0123456789abetTZz:\\\t") + ['"""', "'''", "\r\n", "\x00", "\x01", "\u00e9", "[[", "]]", "0x", "inf", "nan", "true", "\\u", "\\U0001f600", "\n[a]\n", "a.b = 1\n"]


def literal(text):
    """A string of Go, for bytes."""
    out = []
    for byte in text if isinstance(text, bytes) else text.encode():
        char = chr(byte)
        out.append(char if " " <= char <= "~" and char not in '"\\' else "\\x%02x" % byte)
    return '"%s"' % "".join(out)


def documents(count, generator):
    """Pieces of templates, each with the names of its lines: half of them values that are written, half texts that are read."""
    out = []
    for number in range(count):
        kind = number % 8
        if kind < 4:
            value = generator.dict() if generator.random() < 0.6 else generator.value()
            out.append([(writer, f"{writer} {value}") for writer in WRITERS])
        elif kind < 6:
            text = literal(generator.yaml())
            out.append([("fromYaml", f"fromYaml {text} | toJson"), ("fromYamlArray", f"fromYamlArray {text} | toJson")])
        elif kind < 7:
            text = literal(generator.mutated(JSON, JSON_PIECES))
            out.append([("fromJson", f"fromJson {text} | toJson"), ("fromJsonArray", f"fromJsonArray {text} | toJson")])
        else:
            text = literal(generator.mutated(TOML, TOML_PIECES))
            out.append([("fromToml", f"fromToml {text} | printf \"%v\""), ("fromToml toToml", f"fromToml {text} | toToml")])
    return out


def write(program, batch, folder):
    """What a program makes of some documents: the bytes of each line, or the error in place of all."""
    chart = pathlib.Path(folder) / "case"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: case\nversion: 1.0.0\n")
    lines = (
        '%d: "{{ %s | b64enc }}"\n' % (number, call)
        for number, (_, call) in enumerate(line for lines in batch for line in lines)
    )
    (chart / "templates/case.yaml").write_text("".join(lines))
    environment = {"HOME": folder, "PATH": os.environ["PATH"], "TZ": "UTC", "KUBECONFIG": os.devnull}
    done = subprocess.run([*program, "template", "release", "case"], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        return None, done.stderr
    found = {}
    for line in done.stdout.splitlines():
        name, _, text = line.partition(b': "')
        if name.isdigit():
            found[int(name)] = base64.b64decode(text.rstrip(b'"'))
    return [found.get(number) for number in range(sum(len(lines) for lines in batch))], b""


def differences(helm, mizzen, batch, folder):
    """The lines that the two programs write differently: name, call and both answers."""
    answers = []
    for program in (helm, mizzen):
        with tempfile.TemporaryDirectory(dir=folder) as inner:
            answers.append(write(program, batch, inner))
    (expected, expected_error), (found, error) = answers
    if expected is None or found is None:
        if len(batch) > 1:
            half = len(batch) // 2
            return differences(helm, mizzen, batch[:half], folder) + differences(helm, mizzen, batch[half:], folder)
        return [] if expected_error == error else [("template", batch[0][0][1], expected_error, error)]
    lines = [line for lines in batch for line in lines]
    different = [(*line, a, b) for line, a, b in zip(lines, expected, found, strict=True) if a != b]
    return [line for line in different if not any(again == line[3] for again in repeated(helm, line[:2], folder))]


def repeated(helm, line, folder):
    """What Helm writes for a line when it is asked again.

    Some keys go in a circle for goyaml ("2q", "26n", "4d"): where they stand depends on where Go begins to walk
    the map, which is random.
    """
    for _ in range(REPEATS if line[0].startswith("toYaml") else 0):
        with tempfile.TemporaryDirectory(dir=folder) as inner:
            answers, _ = write(helm, [[line]], inner)
            if answers is not None:
                yield answers[0]


def compare(count, seed, profiles, oracle, mizzen):
    """Compares what the versions of Helm write with what Mizzen writes; the number of lines that differ."""
    seed = random.randrange(1 << 32) if seed is None else seed
    print(f"{count} random documents, --seed {seed}", flush=True)
    all_documents = documents(count, Random(seed))
    total = 0
    for profile, version in profiles.items():
        helm, own = [str(oracle / version / "helm")], [str(mizzen)]
        different = []
        with tempfile.TemporaryDirectory() as folder:
            # Mizzen takes the version of Helm after the command.
            wrapper = pathlib.Path(folder) / "mizzen"
            wrapper.write_text(f'#!/bin/sh\nexec "{own[0]}" "$@" --helm-version {profile}\n')
            wrapper.chmod(0o755)
            for start in range(0, len(all_documents), BATCH):
                different += differences(helm, [str(wrapper)], all_documents[start:start + BATCH], folder)
        names = {}
        for name, *_ in different:
            names[name] = names.get(name, 0) + 1
        print(f"{profile}: {sum(map(len, all_documents))} lines, {len(different)} differ", *(f"{name} {n}" for name, n in names.items()), flush=True)
        shown = {}
        for name, call, expected, found in sorted(different, key=lambda line: len(line[1])):
            shown[name] = shown.get(name, 0) + 1
            if shown[name] <= SHOWN:
                print(f"  {call}\n    helm   {expected!r}\n    mizzen {found!r}")
        total += len(different)
    sys.stdout.flush()
    return total
