/** Variables every case sees, as an Ansible vars file. Written for these tests. */
export const VARIABLES = `
name: node1
empty: ""
number: 42
negative: -7
real: 2.5
whole: 3.0
tiny: 0.00001
big: 123456789012345678901234567890
yes_flag: yes
no_flag: no
nothing: ~
quoted: "it's \\"quoted\\""
multi: |
  first line
  second: line

  last
folded: >
  one
  two
unicode: "grüße — ☃"
emoji: "a😀b"
path: /etc/kubernetes/kubelet.conf
version_text: v1.29.3
cidr: 10.233.0.0/18
csv: a,b,,c
spaces: "  padded  "
numbers: [3, 1, 2]
words: [pear, Apple, fig]
mixed: [1, "two", 3.5, true, ~, [4, 5], {six: 6}]
nested: {a: {b: {c: deep}}, list: [{name: x, port: 1}, {name: y, port: 2}]}
flags: {v: 2, "node-labels": "a=b,c=d", "fail-swap-on": false}
gates: {RotateKubeletServerCertificate: true, Other: false}
empty_list: []
empty_dict: {}
octal: 0755
octal_text: "0755"
hex: 0x1F
sexagesimal: 1:30
date: 2024-01-02
exponent: 1e3
exponent_real: 1.0e+3
tilde_text: "~"
templated: "{{ name }}-{{ number }}"
templated_list: ["{{ name }}", "{{ number + 1 }}", plain]
templated_dict: {key: "{{ name }}", inner: {n: "{{ number }}"}}
alias_int: "{{ number }}"
alias_none: "{{ nothing }}"
alias_bool: "{{ yes_flag }}"
alias_list: "{{ numbers }}"
alias_expr: "{{ numbers | length }}"
text_list: "{{ ['a', 'b'] }}"
text_of_list: "[{{ number }}, 'x']"
text_of_dict: '{"a": {{ number }}, "b": true}'
text_true: "{{ 'True' }}"
text_broken: "[{{ name }}"
text_json: "{{ {'a': [1, true, none]} | to_json }}"
needs_undefined: "{{ missing_variable }}"
list_with_undefined: ["{{ missing_variable }}"]
backslash: "{{ 'a.b' | regex_replace('\\\\.', '-') }}"
backslash_outside: 'C:\\temp {{ name }}'
newline_end: "{{ name }}\\n\\n"
block_template: |
  {% if yes_flag %}
  on: {{ number }}
  {% endif %}
chained: "{{ templated | upper }}"
conditional_value: "{{ 'big' if number > 10 else 'small' }}"
unsafe_text: !unsafe "{{ name }}"
anchored: &base {cpu: 100m, memory: 1Gi}
merged:
  <<: *base
  memory: 2Gi
  extra: [1]
`;

/** Templates rendered as the template action renders files. */
export const TEMPLATES: readonly string[] = [
  // printing
  '{{ name }} {{ number }} {{ real }} {{ whole }} {{ tiny }} {{ big }}\n',
  '{{ yes_flag }} {{ no_flag }} [{{ nothing }}] {{ quoted }}\n',
  '{{ numbers }} {{ words }} {{ mixed }}\n',
  '{{ nested }}\n{{ flags }}\n{{ gates }}\n',
  '{{ empty_list }}{{ empty_dict }}{{ empty }}|\n',
  '{{ octal }} {{ octal_text }} {{ hex }} {{ sexagesimal }} {{ date }} {{ exponent }} {{ exponent_real }} {{ tilde_text }}\n',
  '{{ unicode }} {{ emoji }} {{ emoji | length }} {{ emoji[1] }} {{ emoji[::-1] }} {{ [emoji, unicode] }}\n',
  '{{ multi }}|{{ folded }}|\n',
  "{{ 'a\\nb' }} {{ \"tab\\there\" }} {{ 'uni\\u00e9' }}\n",
  '{{ 1, 2 }} {{ (1,) }} {{ () }} {{ [1, 2,] }} {{ {"a": 1, "b": [2]} }}\n',
  '{{ none }} {{ None }} {{ true }} {{ True }} {{ false }}\n',
  '{{ templated }} {{ templated_list }} {{ templated_dict }}\n',
  '{{ alias_int }} {{ alias_none }} {{ alias_bool }} {{ alias_list }} {{ alias_expr }}\n',
  '{{ alias_int + 1 }} {{ alias_list | length }} {{ alias_bool | bool }}\n',
  '{{ text_list }} {{ text_of_list }} {{ text_of_dict }} {{ text_true }} {{ text_broken }} {{ text_json }}\n',
  '{{ text_of_dict.a }} {{ text_of_list[1] }} {{ text_true is boolean }} {{ text_json is string }}\n',
  '{{ backslash }} {{ backslash_outside }} {{ newline_end }}|{{ block_template }}|\n',
  '{{ chained }} {{ conditional_value }} {{ unsafe_text }} {{ merged }} {{ anchored }}\n',
  // white space
  'a\n{% if yes_flag %}\nb\n{% endif %}\nc\n',
  'a {%- if yes_flag %} b {%- endif %} c\n',
  'a {% if yes_flag -%}   b   {%- endif %} c\n',
  '  {% if yes_flag %}\n  x\n  {% endif %}\n',
  '  {%+ if yes_flag %}\n  x\n  {%- endif +%}\ny\n',
  'x{# comment #}y\n{# line #}\nz\n{#- trim -#}\n end\n',
  'line: {% if yes_flag %}v{% endif %}\nnext: 1\n',
  '{% raw %}{{ not }} {% evaluated %}{% endraw %}\nafter\n',
  '{%- raw -%}  {{ x }}  {%- endraw -%}  tail\n',
  'no newline at end',
  'two newlines\n\n',
  '{{ name }}\n\n\n',
  '\n\n{{ name }}',
  '#jinja2: lstrip_blocks: True\na\n  {% if yes_flag %}\n  b\n  {% endif %}\n',
  '#jinja2: trim_blocks: False\n{% if yes_flag %}\nb\n{% endif %}\n',
  "#jinja2: variable_start_string: '[%', variable_end_string: '%]'\n[% name %] {{ name }}\n",
  '#jinja2:lstrip_blocks: "True", trim_blocks: "True"\n    {% if yes_flag %}\nx\n    {% endif %}\n',
  'crlf\r\n{% if yes_flag %}\r\nyes\r\n{% endif %}\r\n',
  'tab\t{% if yes_flag %}\tx{% endif %}\n',
  // control
  '{% if no_flag %}a{% elif number > 40 %}b{% else %}c{% endif %}\n',
  '{% for n in numbers %}{{ loop.index }}/{{ loop.length }}={{ n }}{{ "," if not loop.last }}{% endfor %}\n',
  '{% for n in numbers %}{{ loop.index0 }} {{ loop.revindex }} {{ loop.revindex0 }} {{ loop.first }} {{ loop.last }} {{ loop.previtem | default("-") }} {{ loop.nextitem | default("-") }};{% endfor %}\n',
  '{% for k, v in flags.items() %}--{{ k }}={{ v }} {% endfor %}\n',
  '{% for k in flags %}{{ k }} {% endfor %}|{% for k, v in flags | dictsort %}{{ k }}={{ v }} {% endfor %}\n',
  '{% for x in empty_list %}{{ x }}{% else %}none{% endfor %}\n',
  '{% for x in numbers if x > 1 %}{{ loop.index }}:{{ x }} {% else %}none{% endfor %}\n',
  '{% for x in nested.list %}{{ x.name }}:{{ x["port"] }} {% endfor %}\n',
  '{% for x in [1, [2, [3]]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}@{{ loop.depth }}{% endif %}{% endfor %}\n',
  '{% for c in "abc" %}{{ loop.cycle("x", "y") }}{{ c }}{% endfor %}\n',
  '{% for x in [1, 1, 2] %}{{ x }}{% if loop.changed(x) %}!{% endif %}{% endfor %}\n',
  '{% for (a, b) in [[1, 2], [3, 4]] %}{{ a + b }} {% endfor %}\n',
  '{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}\n',
  '{% set ns = namespace(total=0, seen=[]) %}{% for i in numbers %}{% set ns.total = ns.total + i %}{% endfor %}{{ ns.total }}\n',
  '{% set items = [] %}{% for i in numbers %}{% set _ = items.append(i * 2) %}{% endfor %}{{ items }}\n',
  '{% set d = {} %}{% set _ = d.update({"a": 1}) %}{% if d.update(b=2) %}{% endif %}{{ d }}\n',
  '{% set block %}\nhello {{ name }}\n{% endset %}[{{ block }}]\n',
  '{% set block | upper %}hello {{ name }}{% endset %}[{{ block }}]\n',
  '{% set a, b = 1, 2 %}{{ a }}{{ b }}\n',
  '{% set numbers2 = numbers %}{% set _ = numbers2.append(9) %}{{ numbers2 }} {{ numbers }}\n',
  '{% if yes_flag %}{% set inside = 1 %}{% endif %}{{ inside }}\n',
  '{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}\n',
  '{% macro m(a, b=2, *c) %}{% endmacro %}\n',
  '{% macro m(a, b=2) %}{{ a }}-{{ b }}-{{ varargs }}-{{ kwargs }}{% endmacro %}{{ m(1) }} {{ m(1, 3, 4, x=5) }} {{ m(b=1, a=0) }}\n',
  '{% macro outer() %}<{{ caller() }}>{% endmacro %}{% call outer() %}in {{ name }}{% endcall %}\n',
  '{% macro list(items) %}{% for i in items %}{{ caller(i) }};{% endfor %}{% endmacro %}{% call(x) list(numbers) %}[{{ x }}]{% endcall %}\n',
  '{% macro a() %}{{ number }}{% endmacro %}{% macro b() %}{{ a() }}{{ a.name }}{% endmacro %}{{ b() }}\n',
  '{% macro json() %}{"a": true, "b": [1,2]}{% endmacro %}{{ json() }}\n',
  '{% macro undefined_arg(x) %}{{ x | default("dflt") }}{% endmacro %}{{ undefined_arg() }}\n',
  '{% filter upper %}text {{ name }}{% endfilter %}\n',
  '{% filter indent(4, true) | trim %}a\nb{% endfilter %}\n',
  '{% block b %}in block{% endblock %}\n',
  '{% print name, number %}\n',
  '{% do numbers.append(1) %}\n',
  '{% for i in range(3) %}{{ i }}{% endfor %} {{ range(1, 10, 3) | list }} {{ range(3) }}\n',
  '{% set c = cycler("a", "b") %}{{ c.next() }}{{ c.next() }}{{ c.next() }}\n',
  '{% set j = joiner("; ") %}{{ j() }}a{{ j() }}b\n',
  '{{ dict(a=1, b=name) }} {{ dict([["x", 1]]) }}\n',
  // operators
  '{{ 1 + 2 * 3 ** 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ 2 ** -1 }}\n',
  '{{ 1.5 + 1 }} {{ 0.1 + 0.2 }} {{ 1e20 * 10 }} {{ 2 ** 70 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 1_000 }} {{ 0x1f }} {{ 1e3 }}\n',
  '{{ "a" + "b" }} {{ "a" ~ 1 ~ none }} {{ "ab" * 3 }} {{ [1] + [2] }} {{ [0] * 2 }} {{ "%s-%03d" % ("x", 7) }}\n',
  '{{ "%5.2f|%-5s|%5s|%x|%X|%o|%e|%r|%%|%+d" % (3.14159, "a", "b", 255, 255, 8, 12345.678, "q", 5) }}\n',
  '{{ "%.0f %.0f %.1f %.0e %.1g %g %f" % (0.5, 2.5, 0.25, 25.0, 2.5, 123456789.0, 1e22) }} {{ "%d %d" % (1e30, -0.5) }}\n',
  '{{ "%f|%05f|%E|%G" % ("inf" | float, "inf" | float, "nan" | float, "-inf" | float) }} {{ "%f" % -0.0 }}\n',
  '{{ "%*d|%*d|%.*f|%#x|%c|%c" % (5, 3, -5, 3, -1, 2.5, 255, 65, true) }}\n',
  '{{ "%d" % ("inf" | float) }}\n',
  '{{ [0, 1, 1.5, "1e3", 999, 1024, 123456789, 999999, 1e30, -5, true, "1_0"] | map("filesizeformat") | join("|") }}\n',
  '{{ [1000, 1024, 1048575, 1e30] | map("filesizeformat", true) | join("|") }} {{ "inf" | float | filesizeformat }}\n',
  '{{ name | filesizeformat }}\n',
  '{{ none | filesizeformat in [] }}\n',
  '{{ [1, 2] is superset([1]) }} {{ [1] is subset([1, 2]) }} {{ [1, 2] is subset([1]) }} {{ "ab" is superset("a") }}\n',
  '{{ [[1]] is superset([1]) }}\n',
  '{{ [1] is subset([[1]]) }}\n',
  '{{ "%x" % 1.0 }}\n',
  '{{ "%o" % "a" }}\n',
  '{{ "%c" % 65.0 }}\n',
  '{{ "%c" % -1 }}\n',
  '{{ "%*d" % (2.0, 3) }}\n',
  '{{ "{:.0f} {:f} {:.1%} {:.2f}".format(2.5, 1e22, 0.0005, true) }}\n',
  '{{ 2.675 | round(2) }} {{ 0.5 | round }} {{ 1.5 | round }} {{ 25 | round(-1) }} {{ 35.0 | round(-1) }} {{ -0.4 | round }}\n',
  '{{ "%(a)s %(b)d" % {"a": 1, "b": 2} }} {{ "%s" % [1, 2] }} {{ "%g %g %g" % (0.00001, 1000000, 2.5) }}\n',
  '{{ 1 == 1.0 }} {{ 1 == true }} {{ "1" == 1 }} {{ [1, 2] == [1, 2] }} {{ {"a": 1} == {"a": 1} }} {{ none == false }}\n',
  '{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ "a" < "b" }} {{ "Z" < "a" }} {{ [1, 2] < [1, 3] }} {{ 1 != 2 }} {{ 2 >= 2 }}\n',
  '{{ 1 in [1] }} {{ "a" in "cat" }} {{ "v" in flags }} {{ 5 not in numbers }} {{ "x" in {} }}\n',
  '{{ not yes_flag }} {{ yes_flag and no_flag }} {{ no_flag or name }} {{ empty or "fallback" }} {{ 0 and 1 }} {{ 1 and [] }}\n',
  '{{ "a" if yes_flag else "b" }} {{ "a" if no_flag }}| {{ "x" if no_flag else "y" if yes_flag else "z" }}\n',
  '{{ -number }} {{ +number }} {{ - - 1 }} {{ -1 | abs }} {{ (-1) | abs }} {{ not not 1 }}\n',
  '{{ number / 0 }}\n',
  '{{ "a" + 1 }}\n',
  '{{ name.upper() + "!" }} {{ (1, 2) + (3,) }} {{ "b" in words }} {{ true + 1 }}\n',
  // access
  '{{ nested.a.b.c }} {{ nested["a"]["b"].c }} {{ nested.list[0].name }} {{ nested.list[-1]["port"] }} {{ nested.list.0.name }}\n',
  '{{ numbers[0] }} {{ numbers[-1] }} {{ numbers[1:] }} {{ numbers[:-1] }} {{ numbers[::-1] }} {{ numbers[::2] }} {{ name[0] }} {{ name[1:3] }} {{ name[-1] }}\n',
  '{{ numbers[10] | default("none") }} {{ nested.x.y.z | default("none") }} {{ flags["missing"] | default("no") }}\n',
  '{{ flags.keys() | list }} {{ flags.values() | list }} {{ flags.items() | list }} {{ flags.get("v") }} {{ flags.get("q", 1) }} {{ flags.get("q") }}\n',
  '{{ flags.items() }} {{ flags.keys() }}\n',
  '{{ flags["node-labels"] }} {{ (flags | dict2items)[0].key }}\n',
  '{{ missing }}\n',
  '{{ missing.attr }}\n',
  '{{ nested.missing }}\n',
  '{{ nested.missing.deeper }}\n',
  '{{ missing | default("d") }} {{ missing.a.b | default("d") }} {{ missing is defined }} {{ nested.missing is defined }}\n',
  '{{ empty | default("d") }}|{{ empty | default("d", true) }} {{ no_flag | default("d", true) }} {{ nothing | default("d") }} {{ nothing | d("e", boolean=true) }}\n',
  '{{ needs_undefined }}\n',
  '{{ needs_undefined | default("caught") }} {{ list_with_undefined | default("caught") }}\n',
  '{{ [missing] }}\n',
  '{{ {"a": missing} }}\n',
  '{% if missing %}x{% endif %}\n',
  '{% for x in missing %}x{% endfor %}\n',
  '{% for x in missing | default([]) %}x{% endfor %}ok\n',
  '{{ missing ~ "x" }}\n',
  '{{ missing == 1 }}\n',
  '{{ lookup("vars", "name") }} {{ query("vars", "name", "number") }} {{ lookup("vars", "missing", default="dd") }}\n',
  '{{ lookup("vars", "missing") }}\n',
  '{{ lookup("items", [1, 2]) }} {{ query("items", [1, 2]) }} {{ lookup("dict", {"a": 1}) }} {{ query("dict", {"a": 1}) }} {{ lookup("list", [1]) }}\n',
  '{{ lookup("items", ["a", "b"]) }}\n',
  // text methods
  '{{ csv.split(",") }} {{ "a b  c".split() }} {{ "a-b-c".split("-", 1) }} {{ "a-b-c".rsplit("-", 1) }} {{ "".split() }} {{ "".split(",") }}\n',
  '{{ spaces.strip() }}|{{ spaces.lstrip() }}|{{ spaces.rstrip() }}|{{ "xxaxx".strip("x") }}\n',
  '{{ name.upper() }} {{ "ABC".lower() }} {{ "hello world".title() }} {{ "hELLO".capitalize() }} {{ "aBc".swapcase() }} {{ "they\'re".title() }}\n',
  '{{ "a.b.c".replace(".", "-") }} {{ "aaa".replace("a", "b", 2) }} {{ ",".join(words) }} {{ "-".join("abc") }}\n',
  '{{ path.startswith("/etc") }} {{ path.endswith(("conf", "yaml")) }} {{ path.find("kube") }} {{ path.rfind("/") }} {{ path.count("/") }} {{ "abc".index("c") }}\n',
  '{{ "5".zfill(3) }} {{ "-5".zfill(4) }} {{ "a".ljust(3) }}| {{ "a".rjust(3, "*") }} {{ "ab".center(5, "-") }} {{ "abc".center(6) }}|\n',
  '{{ "a=b=c".partition("=") }} {{ "a=b=c".rpartition("=") }} {{ "abc".partition("x") }} {{ "v1.2".removeprefix("v") }} {{ "a.yml".removesuffix(".yml") }}\n',
  '{{ "12".isdigit() }} {{ "a1".isalnum() }} {{ "ab".isalpha() }} {{ " ".isspace() }} {{ "AB".isupper() }} {{ "".isdigit() }}\n',
  '{{ "{} {1}".format(1, 2) if false else "{0} {1} {0}".format("a", "b") }} {{ "{x}-{y:>4}|{z:<4}|{w:04d}|{p:.2f}".format(x=1, y="r", z="l", w=7, p=3.14159) }} {{ "{{}}".format() }}\n',
  '{{ multi.splitlines() }} {{ "a\\r\\nb".splitlines() }} {{ "a\tb".expandtabs(4) }}\n',
  '{{ [3, 1].index(1) }} {{ [1, 1].count(1) }} {{ (1, 2).index(2) }}\n',
  // filters: text
  '{{ "Hello" | lower }} {{ "hello" | upper }} {{ "hello world-foo" | title }} {{ "HELLO" | capitalize }} {{ spaces | trim }}| {{ "xax" | trim("x") }}\n',
  '{{ "a.b" | replace(".", "-") }} {{ 5 | replace(5, 6) }} {{ "aaa" | replace("a", "b", 1) }} {{ number | string + "x" }}\n',
  '{{ "a\nb\n\nc" | indent(2) }}|{{ "a\nb" | indent(2, true) }}|{{ "a\n\nb" | indent(2, blank=true) }}|{{ "a\nb\n" | indent(2) }}|{{ "a\nb" | indent(width="--") }}|\n',
  '{{ "%s=%s" | format("a", 1) }} {{ "%(x)s" | format(x=2) }} {{ "abc" | center(9) }}|{{ "a b c" | wordcount }}\n',
  '{{ "a long sentence here" | truncate(10) }} {{ "a long sentence here" | truncate(10, true) }} {{ "abcdefgh" | truncate(5, true, "", 0) }}\n',
  '{{ "<a & \'b\'>" | escape }} {{ "a b/c?" | urlencode }} {{ "x" | safe }} {{ "a b" | quote }} {{ "it\'s" | quote }} {{ "" | quote }} {{ nothing | quote }} {{ number | quote }}\n',
  '{{ "one\ntwo\n\nthree" | comment }}\n{{ "x" | comment("c") }}\n{{ "x\ny" | comment("cblock") }}\n{{ "x" | comment("xml") }}\n{{ "x" | comment("plain", prefix="###", postfix="###") }}\n',
  '{{ "a,b" | split(",") }} {{ "a b" | split }} {{ path | basename }} {{ path | dirname }} {{ path | splitext }} {{ ["a", "b/", "c"] | path_join }} {{ "/a" | basename }}\n',
  '{{ "abc" | first }} {{ "abc" | last }} {{ "abc" | list }} {{ "abc" | reverse }} {{ "abc" | length }}\n',
  // filters: numbers
  '{{ "12" | int }} {{ "12.7" | int }} {{ "x" | int }} {{ "x" | int(-1) }} {{ 3.9 | int }} {{ "0x1f" | int(base=16) }} {{ "ff" | int(0, 16) }} {{ true | int }} {{ "1e3" | int }}\n',
  '{{ "1.5" | float }} {{ "x" | float }} {{ 3 | float }} {{ "x" | float(2.5) }} {{ "1e3" | float }} {{ octal | int }} {{ "0755" | int(base=8) }}\n',
  '{{ 2.5 | round }} {{ 3.5 | round }} {{ 2.567 | round(2) }} {{ 2.1 | round(0, "ceil") }} {{ 2.9 | round(method="floor") }} {{ 42 | round }} {{ 2.5 | round | int }} {{ 1.005 | round(2) }}\n',
  '{{ -5 | abs }} {{ (-5) | abs }} {{ 8 | log(2) }} {{ 100 | log(10) }} {{ 2 | pow(3) }} {{ 9 | root }} {{ 27 | root(3) }}\n',
  '{{ "yes" | bool }} {{ "no" | bool }} {{ "True" | bool }} {{ 1 | bool }} {{ 0 | bool }} {{ 2 | bool }} {{ "on" | bool }} {{ none | bool }} {{ "1" | bool }} {{ "maybe" | bool }}\n',
  '{{ "10M" | human_to_bytes }} {{ "1.5Gi" | human_to_bytes }}\n',
  '{{ "1KB" | human_to_bytes }} {{ "5" | human_to_bytes("M") }} {{ 1048576 | human_readable }} {{ 1536 | human_readable }} {{ 10 | human_readable }}\n',
  '{{ numbers | sum }} {{ nested.list | sum(attribute="port") }} {{ numbers | min }} {{ numbers | max }} {{ words | min }} {{ empty_list | sum }}\n',
  // filters: lists
  '{{ words | sort }} {{ words | sort(case_sensitive=true) }} {{ numbers | sort(reverse=true) }} {{ nested.list | sort(attribute="name", reverse=true) }}\n',
  '{{ [1, 2, 1, "a", "A", "a"] | unique }} {{ ["b", "a", "b"] | unique }} {{ ["a", "A"] | unique(case_sensitive=true) }}\n',
  '{{ words | join(",") }} {{ nested.list | join(",", attribute="name") }} {{ numbers | join }} {{ [1, none, true] | join("-") }}\n',
  '{{ numbers | first }} {{ numbers | last }} {{ numbers | length }} {{ numbers | count }} {{ numbers | reverse | list }} {{ flags | length }}\n',
  '{{ numbers | map("string") | list }} {{ words | map("upper") | join(" ") }} {{ nested.list | map(attribute="port") | list }} {{ nested.list | map(attribute="q", default=0) | list }}\n',
  '{{ words | map("regex_replace", "^", "--") | list }} {{ words | map("replace", "p", "b") | list }} {{ [[1, 2], [3]] | map("first") | list }}\n',
  '{{ numbers | select("gt", 1) | list }} {{ numbers | reject("equalto", 2) | list }} {{ numbers | select("odd") | list }} {{ [0, 1, ""] | select | list }} {{ words | select("match", "^[a-p]") | list }}\n',
  '{{ nested.list | selectattr("port", "eq", 2) | map(attribute="name") | list }} {{ nested.list | rejectattr("port", "gt", 1) | list }} {{ nested.list | selectattr("name", "defined") | list | length }} {{ nested.list | selectattr("missing", "undefined") | list | length }}\n',
  '{{ numbers | batch(2) | list }} {{ numbers | batch(2, "x") | list }} {{ range(7) | slice(3) | list }} {{ range(7) | slice(3, "x") | list }}\n',
  '{{ [{"g": 1, "n": "a"}, {"g": 2, "n": "b"}, {"g": 1, "n": "c"}] | groupby("g") }}\n',
  '{% for g, items in [{"g": "x", "n": 1}, {"g": "y", "n": 2}, {"g": "x", "n": 3}] | groupby("g") %}{{ g }}={{ items | map(attribute="n") | list }};{% endfor %}\n',
  '{{ [1, [2, [3, none]], "None"] | flatten }} {{ [1, [2, [3]]] | flatten(levels=1) }} {{ [none, 1] | flatten(skip_nulls=false) }}\n',
  '{{ [1, 2] | union([2, 3]) }} {{ [1, 2] | intersect([2, 3]) }} {{ [1, 2] | difference([2, 3]) }} {{ [1, 2] | symmetric_difference([2, 3]) }}\n',
  '{{ [1, 2] | zip(["a", "b"]) | list }} {{ [1, 2, 3] | zip_longest(["a"], fillvalue="-") | list }} {{ [1, 2] | product(["a"]) | list }}\n',
  '{{ [{"n": "a", "s": [1, 2]}, {"n": "b", "s": []}] | subelements("s") }}\n',
  '{{ number | type_debug }} {{ nothing | type_debug }} {{ real | type_debug }}\n',
  // filters: mappings
  '{{ {"a": 1, "c": [1]} | combine({"b": 2, "c": [2]}) }} {{ {"a": {"x": 1}} | combine({"a": {"y": 2}}, recursive=true) }} {{ {"a": {"x": 1}} | combine({"a": {"y": 2}}) }}\n',
  '{{ {"l": [1, 2]} | combine({"l": [2, 3]}, list_merge="append") }} {{ {"l": [1, 2]} | combine({"l": [2, 3]}, list_merge="append_rp") }} {{ {"l": [1, 2]} | combine({"l": [2, 3]}, list_merge="prepend") }} {{ {"l": [1]} | combine({"l": [2]}, list_merge="keep") }}\n',
  '{{ [{"a": 1}, {"b": 2}] | combine }} {{ {} | combine({"a": 1}, {"a": 2}) }} {{ {"b": 1, "a": 2} | combine({"c": 3}) }}\n',
  '{{ {"a": 1} | combine([1]) }}\n',
  '{{ gates | dict2items }} {{ [{"key": "a", "value": 1}] | items2dict }} {{ gates | dict2items(key_name="k", value_name="v") }} {{ [{"n": "a", "v": 1}] | items2dict(key_name="n", value_name="v") }}\n',
  '{{ gates | dictsort }} {{ {"b": 1, "a": 2} | dictsort(by="value") }} {{ flags | dictsort(reverse=true) }}\n',
  '{{ ["a", "b"] | map("extract", {"a": 1, "b": 2}) | list }} {{ 0 | extract(numbers) }} {{ "a" | extract({"a": {"b": 5}}, "b") }}\n',
  '{{ number | ternary("y", "n") }} {{ no_flag | ternary("y", "n") }} {{ nothing | ternary("y", "n", "null") }} {{ (number > 50) | ternary(1, 2) }}\n',
  '{{ number | mandatory }}\n',
  '{{ missing | mandatory }}\n',
  // serialising
  '{{ mixed | to_json }}\n{{ nested | to_json }}\n{{ flags | to_json(sort_keys=true) }}\n{{ unicode | to_json }} {{ unicode | to_json(ensure_ascii=false) }} {{ emoji | to_json }}\n',
  '{{ nested | to_nice_json }}\n{{ flags | to_nice_json(indent=2) }}\n{{ empty_list | to_nice_json }} {{ numbers | to_json(indent=1) }}\n',
  '{{ nested | to_yaml }}|{{ numbers | to_yaml }}|{{ name | to_yaml }}|{{ number | to_yaml }}|{{ nothing | to_yaml }}|{{ yes_flag | to_yaml }}\n',
  '{{ nested | to_nice_yaml }}|{{ mixed | to_nice_yaml(indent=2) }}|{{ flags | to_nice_yaml(sort_keys=false) }}|{{ empty_dict | to_nice_yaml }}|{{ empty_list | to_nice_yaml }}|{{ multi | to_nice_yaml }}\n',
  '{{ ["yes", "1", "1.0", "null", "~", "", " a", "a ", "a: b", "#c", "a #b", "- x", "*", "&a", "!t", "%", "@x", "`", "{a", "[b", "a,b", "a]b", "2024-01-01", "0x1", "1e3", "=", "<<", "a\nb", "tab\tx", "q\'s", "d\\"q", "?", "? x", ":", ":x", "x:", "---", "...", "--- a", "é", "1:30", "0755", "on", "Off", "n"] | to_nice_yaml }}\n',
  '{{ {"text": "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t u v w x y z", "quoted": "a: b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t", "double": "a\\tb c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t"} | to_nice_yaml }}\n',
  '{{ {"text": "aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccc dddddddddddddddddd eeeeeee"} | to_nice_yaml(width=50) }}|{{ {"a": "x y z"} | to_nice_yaml(width=1000) }}\n',
  '{{ {"a": {"b": [{"c": 1, "d": [2, 3]}, [4, [5]], {}], "e": []}, "1": 2, "true": 3} | to_nice_yaml }}|{{ {1: "x", "b": none, "c": 1.5, "d": 1e20, "e": true} | to_nice_yaml(indent=2) }}\n',
  '{{ {1: "x", 2: none} | to_yaml }}|{{ [[1, 2], {"a": 1}] | to_yaml }}|{{ {"a": [1, 2], "b": {"c": 3}} | to_yaml(default_flow_style=true) }}|{{ {"a": 1} | to_yaml(explicit_start=true) }}\n',
  '{{ "a\n\nb\n c\n" | to_nice_yaml }}|{{ {"k": "line one\nline two\n"} | to_nice_yaml }}|{{ {"k\nx": 1} | to_nice_yaml }}|{{ "trailing \n space" | to_nice_yaml }}\n',
  "{{ [numbers, numbers] | to_yaml }}|{{ {'y': numbers, 'x': numbers} | to_yaml }}|{{ [nested, nested] | to_nice_yaml }}|{{ [numbers, alias_list] | to_yaml }}\n",
  "{{ {'x': numbers, 'y': {'z': numbers, 'w': [nested.a, nested.a.b]}} | to_nice_yaml(indent=2) }}|{{ [nested.list, nested.list + nested.list] | to_yaml }}|{{ ([numbers] * 2) | to_yaml }}\n",
  "{{ [numbers | list, numbers | list, numbers[:], numbers] | to_yaml }}|{{ [nested | combine({'z': numbers}), nested] | to_yaml }}|{{ [[], []] | to_yaml }}|{{ [numbers | sort, numbers | unique, numbers] | to_yaml }}\n",
  '{% set e = [] %}{{ [e, e] | to_yaml }}|{% macro f() %}{{ [numbers, numbers] | to_yaml }}{% endmacro %}{{ f() }}|{% for i in [numbers, numbers] %}{{ [i, numbers] | to_yaml }}{% endfor %}|{% set b = numbers %}{{ [b, numbers] | to_yaml }}\n',
  "{{ nested.list | zip(nested.list) | list | to_yaml }}|{{ dict(x=numbers, y=numbers) | to_yaml }}|{{ [nested.list | first, nested.list[0]] | to_yaml }}|{{ nested.list | map('combine', {'q': numbers}) | list | to_yaml }}\n",
  '{{ [flags | dict2items, flags] | to_yaml }}|{{ [nested | dict2items, nested.values() | list, nested] | to_yaml }}|{{ ([numbers, numbers] | to_json | from_json) | to_yaml }}|{{ nested.list | product(nested.list) | list | to_yaml }}\n',
  "{{ [[numbers], [numbers]] | flatten(1) | to_yaml }}|{% set ns = namespace(v=numbers) %}{{ [ns.v, numbers] | to_yaml }}|{{ [numbers | default([]), numbers] | to_yaml }}|{{ [numbers, lookup('vars', 'numbers')] | to_yaml }}\n",
  "{{ nested.list | groupby('port') | map('last') | list | to_yaml }}|{{ (nested.list | selectattr('port', 'equalto', 1) | list + nested.list) | to_yaml }}|{{ nested.list | batch(1) | list | to_yaml }}|{{ [numbers | reverse | list, numbers] | to_yaml }}\n",
  '{{ "{a: 1, b: [x, yes, 0777, 1.5, ~]}" | from_yaml }} {{ "a: 1\n---\nb: 2" | from_yaml_all | list }} {{ \'{"a": [1, 2.5, null, true, "x\\u00e9"]}\' | from_json }}\n',
  '{{ "text" | b64encode }} {{ "dGV4dA==" | b64decode }} {{ "text" | hash("sha1") }} {{ "text" | hash("sha256") }} {{ "x" | md5 }} {{ "x" | sha1 }} {{ "x" | checksum }}\n',
  // regular expressions
  '{{ version_text | regex_replace("^v", "") }} {{ version_text | regex_search("[0-9]+\\\\.[0-9]+") }} {{ "a1b22" | regex_findall("[0-9]+") }} {{ "a.b*c" | regex_escape }}\n',
  '{{ "abc" | regex_replace("(b)(c)", "\\\\2\\\\1") }} {{ "abc" | regex_replace("(?P<x>b)", "[\\\\g<x>]") }} {{ "ABC" | regex_replace("b", "x", ignorecase=true) }} {{ "a\nb" | regex_replace("^", "> ", multiline=true) }}\n',
  '{{ "foo123" | regex_search("([a-z]+)([0-9]+)", "\\\\1", "\\\\2") }} [{{ "foo" | regex_search("x") }}] {{ "k=v,l=w" | regex_findall("(\\\\w)=(\\\\w)") }} {{ "aXbX" | regex_findall("x", ignorecase=True) }}\n',
  '{{ "abc" | regex_replace("x*", "-") }} {{ "abc" | regex_replace(".*", "x") }} {{ "abc" | regex_replace("b*", "-") }} {{ "" | regex_replace("^$", "e") }}\n',
  '{{ "a/b" | regex_replace("/", "\\\\\\\\") }} {{ "tab" | regex_replace("a", "\\\\t") }} {{ "x.y" | regex_replace("\\\\.", "\\\\n") }}\n',
  // tests
  '{{ number is defined }} {{ missing is undefined }} {{ missing is not defined }} {{ nothing is none }} {{ name is string }} {{ number is string }} {{ number is number }} {{ yes_flag is number }} {{ real is float }} {{ number is integer }} {{ yes_flag is integer }} {{ yes_flag is boolean }}\n',
  '{{ flags is mapping }} {{ numbers is mapping }} {{ numbers is iterable }} {{ name is iterable }} {{ number is iterable }} {{ numbers is sequence }} {{ flags is sequence }} {{ number is sequence }} {{ missing is string }} {{ missing is mapping }}\n',
  '{{ 3 is odd }} {{ 4 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ "abc" is lower }} {{ "ABC" is upper }} {{ number is sameas 42 }} {{ yes_flag is sameas true }}\n',
  '{{ 1 is eq 1 }} {{ 1 is ne(2) }} {{ 2 is gt 1 }} {{ 1 is lt(2) }} {{ 2 is ge 2 }} {{ 1 is in [1] }} {{ "a" is in "abc" }} {{ [1, 2] is contains(1) }} {{ 1 is equalto 1 }}\n',
  '{{ "1.29.3" is version("1.28", ">=") }} {{ "v1.29" is version("v1.30", "<") }} {{ "1.10" is version("1.9", "gt") }} {{ "1.0.0-rc.1" is version("1.0.0", "lt", version_type="semver") }} {{ "1.0" is version("1.0") }} {{ "2.0" is version("1.0", "==") }}\n',
  '{{ "1.2" is version("1.a", "<") }}\n',
  '{{ "abc" is match("a") }} {{ "abc" is match("b") }} {{ "abc" is search("b") }} {{ "abc" is regex("B", ignorecase=true) }} {{ path is match("/etc/.*") }}\n',
  '{{ [true, false] is any }} {{ [true, true] is all }} {{ [1] is subset([1, 2]) }} {{ [1, 2] is superset([1]) }} {{ 1 is truthy }} {{ "" is falsy }} {{ "no" is truthy(convert_bool=true) }} {{ "/a" is abs }}\n',
  '{{ {"failed": true} is failed }} {{ {"changed": true} is changed }} {{ {"skipped": false} is skipped }} {{ {} is succeeded }}\n',
  '{{ not number is string }} {{ number is not string and name is string }} {{ 5 is number == true }} {{ number is divisibleby 2 and true }}\n',
  '{{ true is true }} {{ 1 is true }} {{ false is false }} {{ missing is none }} {{ nothing is not none }}\n',
  // errors
  '{% if number %}\nx\n',
  '{% endif %}',
  '{% for x numbers %}{% endfor %}',
  '{{ name | nosuchthing( }}',
  '{{ 1 + }}',
  '{{ name',
  '{% set x = %}',
  '{{ "unclosed }}',
  '{{ a b }}',
  '{% unknown_tag %}',
  '{{ [1, 2 }}',
  '{% raw %}never closed',
  '{# never closed',
  '{{ number.upper() }}',
  '{{ numbers | join(",") | nothere.something }}'.slice(0, 22) + ' }}\n',
  '{{ name() }}\n',
  '{% for a, b in [[1, 2, 3]] %}{% endfor %}\n',
  '{{ number | length }}\n',
  '{{ numbers["x"] }}\n',
  '{{ [1, "a"] | sort }}\n',
  '{% include "not-there.j2" %}\n',
  '{% include "not-there.j2" ignore missing %}ok\n',
  "{{ 'v1.29.3' | urlsplit }}",
  "{{ 'http://User:pa:ss@Host.Example:8080/a/b?x=1&y=2#frag#2' | urlsplit }}",
  "{{ '//h/p' | urlsplit }}",
  "{{ '1a:b' | urlsplit }}",
  "{{ 'mailto:x@y' | urlsplit }}",
  "{{ 'http://u@h:99?q' | urlsplit }}",
  "{{ 'x://h%Zone/' | urlsplit }}",
  "{{ 'http://h:70000' | urlsplit }}",
  "{{ 'http://h:ab' | urlsplit }}",
  "{{ 'a b' | urlsplit }}",
  "{{ '#f?q' | urlsplit }}",
  "{{ 'http://h' | urlsplit('nope') }}",
  "{{ ('http://h' | urlsplit).count('a') }}",
];

/** Variable definitions evaluated for a module argument, in YAML. */
export const VALUES: readonly string[] = [
  '"{{ number }}"',
  '"{{ nothing }}"',
  '"{{ number + 1 }}"',
  '"{{ numbers }}"',
  '"{{ numbers | map(\'int\') | list }}"',
  '"{{ flags }}"',
  '" {{ flags }}"',
  '"{{ flags }} "',
  '"{{ yes_flag }}"',
  '"{{ not yes_flag }}"',
  '"{{ \'true\' }}"',
  '"{{ \'True\' }}"',
  '"{{ \'True\' | string }}"',
  '"{{ mixed }}"',
  '"{{ mixed | to_json }}"',
  '"{{ mixed | to_json }}\\n"',
  '"[1, 2, {{ number }}]"',
  '"{\\"a\\": {{ number }}}"',
  '"{a: {{ number }}}"',
  '"{{ (1, 2) }}"',
  '"{{ [(1, 2)] }}"',
  '["{{ name }}", {"k": "{{ numbers }}"}]',
  '"{{ name }}\\n"',
  '"{{ templated_dict }}"',
  '"{{ alias_list }}"',
  '"{{ text_of_list }}"',
  '"{{ unsafe_text }}"',
  '!unsafe "{{ name }}"',
  '"{% if yes_flag %}[1]{% endif %}"',
  '"{% for n in numbers %}{{ n }}{% endfor %}"',
  '"{{ missing }}"',
  '"{{ missing | default(omitted_value) }}"',
  '"{{ \'a\\\\b\' }}"',
  '"{{ number }}%"',
  '"{{ real }}"',
  '"{{ whole }}"',
  '"{{ 1 if no_flag }}"',
  '"{{ emoji }}"',
  '"{{ \'None\' }}"',
  '"{{ \'[1, 2\' }}"',
  '"{{ \'[1, 2]\' }}"',
  '"{{ \'{1: 2}\' }}"',
  '"{{ [1.5, none, \'x\', true] }}"',
  '"{% macro m() %}[1]{% endmacro %}{{ m() }}"',
  '"{% set x %}[1, 2]{% endset %}{{ x | length }}"',
];

/** `when:` expressions. */
export const CONDITIONS: readonly string[] = [
  'yes_flag',
  'no_flag',
  'not no_flag',
  'number > 40 and name == "node1"',
  'missing is defined',
  'missing is not defined',
  'missing is defined and missing.x == 1',
  'missing.x is defined',
  'missing',
  'missing == 1',
  'name in ["node1", "node2"]',
  '"x" in flags',
  '"{{ yes_flag }}"',
  '{{ yes_flag }}',
  '{{ no_flag }}',
  '{{ name }} == "x"',
  'name',
  'empty',
  'number',
  'nothing',
  'numbers | length > 2',
  'version_text is version("v1.28", ">=")',
  'text_true',
  'alias_bool',
  '"false"',
  'not',
  'number >',
  'needs_undefined is defined',
  'needs_undefined',
  'nested.list | selectattr("port", "gt", 1) | list',
];
