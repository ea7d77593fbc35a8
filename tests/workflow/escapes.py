"""Hand-written attempts to get out of the expression language, or to make it work for ever, by family.

Each is an expression and the words of it that the refusal must name. `test_expressions` gives them to the evaluator,
`test_hostile` puts the first of each family at every place of a pack that holds an expression.
"""

from __future__ import annotations

Attack = tuple[str, str]

FAMILIES: dict[str, list[Attack]] = {
    "attribute walk": [
        ("severity.upper", "severity.upper"), ("score.real.imag", "score.real.imag"), ("is_asb.denominator", "is_asb.denominator"),
        ("'high'.upper()", "'high'.upper()"), ("(1).bit_length()", "(1).bit_length()"), ("moment.replace(year=1)", "moment.replace"),
        ("moment.tzinfo.utcoffset(moment)", "moment.tzinfo"), ("days(1, since=moment).year", ".year"), ("[].append(1)", "[].append(1)"),
        ("().count(1)", "().count(1)"), ("score if severity.isalpha() else 1", "severity.isalpha()"), ("not severity.a", "severity.a"),
        ("score in [severity.a]", "severity.a"), ("double(severity.a)", "severity.a"), ("double(n=severity.a)", "severity.a"),
        ("(severity).a", "(severity).a"), ("severity . a", "severity . a"), ("severity.a.b.c.d", "severity.a.b.c.d"),
    ],
    "dunder": [
        ("().__class__.__bases__[0].__subclasses__()", "().__class__"), ("severity.__class__", "severity.__class__"),
        ("double.__globals__['os']", "double.__globals__"), ("''.__class__.__mro__[1]", "''.__class__"), ("__builtins__", "__builtins__"),
        ("__name__ == 'x'", "__name__"), ("__debug__", "__debug__"), ("_", "_"), ("_hidden", "_hidden"), ("__class__()", "__class__()"),
        ("_double(1)", "_double(1)"), ("[__file__]", "__file__"), ("double(__doc__)", "__doc__"), ("score < __len__", "__len__"),
        ("type(severity).__dict__", "type(severity).__dict__"), ("double(n=__spec__)", "__spec__"),
    ],
    "import": [
        ("__import__('os')", "__import__('os')"), ("__import__('os').system('id')", "__import__('os')"), ("import os", "import os"),
        ("from os import system", "from os import system"), ("importlib.import_module('os')", "importlib.import_module"),
        ("score or __import__('subprocess')", "__import__('subprocess')"), ("import('os')", "import('os')"),
        ("__loader__.load_module('os')", "__loader__.load_module"),
    ],
    "builtin": [
        ("eval('1')", "eval"), ("exec('1')", "exec"), ("open('/etc/passwd')", "open"), ("getattr(severity, 'x')", "getattr"),
        ("setattr(severity, 'x', 1)", "setattr"), ("globals()", "globals"), ("locals()", "locals"), ("vars()", "vars"), ("dir()", "dir"),
        ("compile('1', 'x', 'eval')", "compile"), ("input()", "input"), ("print(1)", "print"), ("breakpoint()", "breakpoint"),
        ("exit()", "exit"), ("help()", "help"), ("memoryview(1)", "memoryview"), ("type(1)", "type"), ("super()", "super"),
        ("range(1000000000)", "range"), ("str(1)", "str"), ("int('1')", "int"), ("len(severity)", "len"), ("sum([1])", "sum"),
        ("print", "print"), ("double == eval", "double"),
    ],
    "lambda": [
        ("(lambda: 1)()", "(lambda: 1)()"), ("lambda: 1", "lambda: 1"), ("lambda x=score: x", "lambda x=score: x"),
        ("double(lambda: 1)", "lambda: 1"), ("[lambda: 1]", "lambda: 1"), ("score if lambda: 1 else 2", "lambda: 1"),
    ],
    "comprehension": [
        ("[x for x in [1]]", "[x for x in [1]]"), ("{x for x in [1]}", "{x for x in [1]}"), ("{x: 1 for x in [1]}", "{x: 1 for x in [1]}"),
        ("double(x for x in [1])", "(x for x in [1])"), ("score in [x for x in severity]", "[x for x in severity]"),
        ("[1 for a in [1] for b in [1]]", "[1 for a in [1]"), ("all(x for x in [1])", "(x for x in [1])"),
    ],
    "f-string": [
        ("f'{severity}'", "f'{severity}'"), ("f'{severity.__class__}'", "f'{severity.__class__}'"), ("f'{1:>99999}'", "f'{1:>99999}'"),
        ("f'x'", "f'x'"), ("rf'{1}'", "rf'{1}'"), ("'a' f'{1}'", "f'{1}'"),
    ],
    "walrus": [
        ("(y := 1)", "y := 1"), ("(score := 1)", "score := 1"), ("[y := 1]", "y := 1"), ("double(y := 1)", "y := 1"), ("y := 1", "y := 1"),
        ("score = 1", "score = 1"),
    ],
    "format": [
        ("'{0.__class__}'.format(score)", "'{0.__class__}'.format"), ("'%s' % severity", "'%s' % severity"), ("score % 2", "score % 2"),
        ("'%99999d' % 1", "'%99999d' % 1"), ("severity.format_map(score)", "severity.format_map"), ("'a'.join(['b'])", "'a'.join"),
        ("'a'.ljust(99999)", "'a'.ljust"), ("'a'.replace('a', 'b')", "'a'.replace"),
    ],
    "power": [
        ("2 ** 99", "2 ** 99"), ("9**9**9**9", "9**9**9**9"), ("score ** score", "score ** score"), ("1 << 99", "1 << 99"), ("score >> 1", "score >> 1"),
        ("score // 2", "score // 2"), ("score @ 2", "score @ 2"), ("score | 1", "score | 1"), ("score & 1", "score & 1"), ("score ^ 1", "score ^ 1"),
        ("~score", "~score"), ("+score", "+score"), ("9" * 40, "99999999"), ("1e999", "1e999"), ("1e16", "1e16"),
        ("999999999999999 * 999999999999999", "too large"), ("'a' * 1000000000", "counts with something"), ("[1] * 1000000000", "counts with something"),
    ],
    "deep": [
        ("(" * 300 + "1" + ")" * 300, "(((((((((((((((((((("), ("double(" * 50 + "1" + ")" * 50, "nested too deeply"),
        ("not " * 400 + "is_asb", "nested too deeply"), ("-" * 1_000 + "1", "nested too deeply"), ("[" * 60 + "]" * 60, "nested too deeply"),
        ("1 if 1 else " * 100 + "1", "nested too deeply"), ("+".join(["1"] * 400), "nested too deeply"),
    ],
    "long": [
        ("is_asb or " * 300 + "is_asb", "characters long; 2,000 are allowed"), ("is_asb " * 290, "2,030 characters long"),
        ("[" + "1, " * 200 + "]", "is not something a diagram may say"), ("1" + " < 1" * 400, "too many parts"), ("'" + "x" * 500 + "'", "xxxxxxxx"),
        (" or ".join(["double(1)"] * 40), "too many parts"), ("a" * 3_000, "3,000 characters long"),
    ],
    "markup": [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"), ("&#x41;", "&#x41;"), ("{{ score }}", "{{ score }}"), ("{% if 1 %}", "{% if 1 %}"),
        ("${score}", "${score}"), ("#{score}", "#{score}"), ("<!--", "<!--"), ("%3Cscript%3E", "%3Cscript%3E"), ("' or '1'='1", "' or '1'='1"),
        ("1; DROP TABLE x", "1; DROP TABLE x"), ("score -- 1 /* */", "score -- 1 /* */"),
    ],
    "odd text": [
        ("b'x'", "b'x'"), ("1j", "1j"), ("...", "..."), ("severity[0]", "severity[0]"), ("severity[::-1]", "severity[::-1]"),
        ("{'a': 1}", "{'a': 1}"), ("{1, 2}", "{1, 2}"), ("double(*[1])", "double(*[1])"), ("double(**{'n': 1})", "double(**{'n': 1})"),
        ("[*severity]", "*severity"), ("await severity", "await severity"), ("yield", "yield"), ("(yield 1)", "yield 1"), ("score is None", "score is None"),
        ("score; score", "score; score"), ("score\nscore", "score score"), ("'\\ud800'", "'\\ud800'"), ("'\\0'", "'\\0'"), ("'\\x41'", "'\\x41'"),
        ("score\0", "score"), ("'a\ud800'", "'a"), ("'\u202ehgih'", "hgih"), ("größe", "größe"), ("1 if", "1 if"), ("double()()", "double()()"),
        ("(double)(1)(2)", "(double)(1)(2)"), ("[double][0](1)", "[double][0]"), ("'double'(1)", "'double'(1)"), ("del score", "del score"),
        ("return 1", "return 1"), ("pass", "pass"), ("score\\\n+ 1", "score"),
    ],
    "undeclared name": [("nobody == 1", "nobody"), ("severity and nobody", "nobody"), ("os", "os"), ("self", "self")],
    "undeclared function": [("fortnight(2)", "fortnight"), ("double(fortnight(2))", "fortnight"), ("severity()", "severity"), ("none()", "none")],
}  # fmt: skip
