/**
 * Templates over the variables below, written for these tests, that use every filter, test, method and global. In
 * each the variables, and the parts of them, are made unknown one by one.
 */
export const VARIABLES = `
text: Two Words
low: two words
part: o W
csv: a,b,c
path: /etc/kube/kubelet.conf
relative: conf.d/x
version_text: 1.29.3
cidr: 10.0.0.0/8
url: https://user@host.example:8443/x?y=1#z
json: '{"k": [1, 2]}'
base64: dHdv
yaml: 'k: [1, 2]'
pattern: '(o)'
percent: '%s and %5d'
named_percent: '%(k)s'
braces: '{} and {:>4}'
named_braces: '{k}'
size_text: 10 MB
number: 42
small: 2
zero: 0
real: 2.5
flag: true
nothing: ~
words: [pear, Apple, fig]
other_words: [fig, plum]
numbers: [3, 1, 2]
flags: [true, false]
pairs: [[k, 1], [z, 2]]
records: [{name: x, port: 1, tags: [p]}, {name: y, port: 2, tags: [q, r]}]
kv: [{key: a, value: 1}, {key: b, value: 2}]
mapping: {k: 1, z: two}
more: {k: 3, q: [4]}
lists: {k: [1, 2], z: [5]}
more_lists: {k: [2, 3]}
deep: {k: {a: 1}}
more_deep: {k: {b: [2]}}
result: {changed: true, failed: false, skipped: false}
nested: [[1, [2, ~]], [3]]
name_of: number
default_name: upper
`;

const FILTERS = `
abs: number | abs
attr: mapping | attr(name_of)
b64decode: base64 | b64decode
b64encode: text | b64encode
basename: path | basename
batch: words | batch(small, text) | list
bool: text | bool
capitalize: text | capitalize
center: text | center(number)
checksum: text | checksum
combine: mapping | combine(more)
combine: mapping | combine(more, mapping, recursive=flag)
combine: deep | combine(more_deep, recursive=true)
combine: "lists | combine(more_lists, list_merge='append')"
combine: "lists | combine(more_lists, list_merge='prepend')"
combine: "lists | combine(more_lists, list_merge='keep')"
combine: "lists | combine(more_lists, list_merge='append_rp')"
combine: "lists | combine(more_lists, list_merge='prepend_rp')"
combine: "lists | combine(lists, list_merge='append')"
combine: "[mapping, more] | combine"
comment: text | comment
comment: "text | comment('plain', decoration=part, prefix_count=small)"
count: words | count
d: nothing | d(text, flag)
default: text | default(low)
default: text | default(low, flag)
dict2items: mapping | dict2items
dict2items: mapping | dict2items(name_of, default_name)
dictsort: mapping | dictsort
dictsort: mapping | dictsort(flag, 'value', flag)
difference: words | difference(other_words)
dirname: path | dirname
e: text | e
escape: text | escape
extract: "'k' | extract(mapping)"
extract: "name_of | extract({'number': deep}, ['k', 'a'])"
filesizeformat: number | filesizeformat(flag)
first: words | first
flatten: nested | flatten
flatten: nested | flatten(levels=small, skip_nulls=flag)
float: text | float(real)
float: number | float
forceescape: text | forceescape
format: percent | format(text, number)
format: named_percent | format(k=text)
from_json: json | from_json
from_yaml: yaml | from_yaml
from_yaml_all: yaml | from_yaml_all
groupby: records | groupby('name')
groupby: records | groupby('tags', default=text)
hash: text | hash
hash: text | hash('md5')
human_readable: number | human_readable(flag)
human_to_bytes: size_text | human_to_bytes
indent: text | indent(small, flag, flag)
int: text | int(number)
int: csv | int(default=small, base=number)
intersect: words | intersect(other_words)
ipaddr: cidr | ipaddr('address')
ansible.utils.ipaddr: cidr | ansible.utils.ipaddr(number)
ansible.netcommon.ipaddr: cidr | ansible.netcommon.ipaddr
ipwrap: text | ipwrap
ansible.utils.ipwrap: words | ansible.utils.ipwrap
items: mapping | items
items2dict: kv | items2dict
items2dict: records | items2dict(key_name='name', value_name='port')
join: words | join(part)
join: records | join(part, attribute='name')
last: words | last
length: words | length
list: words | list
log: number | log(small)
lower: text | lower
mandatory: text | mandatory
map: words | map('upper') | list
map: records | map(attribute='name') | list
map: records | map(attribute='nosuch', default=text) | list
map: words | map('regex_replace', pattern, part) | list
map: words | map(default_name) | list
max: numbers | max
max: records | max(attribute='port')
md5: text | md5
min: numbers | min
path_join: "[path, relative] | path_join"
pow: number | pow(small)
product: words | product(numbers) | list
quote: text | quote
realpath: path | realpath
regex_escape: text | regex_escape
regex_findall: text | regex_findall(pattern)
regex_replace: text | regex_replace(pattern, part)
regex_search: text | regex_search(pattern)
regex_search: "text | regex_search(pattern, '\\\\1')"
reject: words | reject('match', pattern) | list
reject: flags | reject | list
rejectattr: records | rejectattr('name', 'equalto', low) | list
rejectattr: records | rejectattr('port') | list
rekey_on_member: records | rekey_on_member('name')
relpath: path | relpath('/etc')
replace: text | replace(part, low)
replace: text | replace('o', low, small)
reverse: words | reverse | list
reverse: text | reverse
root: number | root(small)
round: real | round(small, 'floor')
round: real | round
safe: text | safe
select: numbers | select('gt', small) | list
select: flags | select | list
selectattr: records | selectattr('port', 'gt', small) | list
selectattr: records | selectattr('tags') | list
sha1: text | sha1
slice: words | slice(small, text) | list
sort: words | sort
sort: words | sort(flag, flag)
sort: records | sort(attribute='name')
split: csv | split(',', small)
splitext: path | splitext
string: text | string
subelements: records | subelements('tags')
subelements: records | subelements('nosuch', skip_missing=flag)
sum: numbers | sum
sum: numbers | sum(start=number)
sum: records | sum(attribute='port')
symmetric_difference: words | symmetric_difference(other_words)
ternary: flag | ternary(text, low)
ternary: nothing | ternary(text, low, csv)
title: text | title
to_json: mapping | to_json
to_json: words | to_json(indent=small)
to_nice_json: mapping | to_nice_json
to_nice_yaml: mapping | to_nice_yaml
to_nice_yaml: records | to_nice_yaml(indent=small)
to_yaml: mapping | to_yaml
to_yaml: words | to_yaml(default_flow_style=flag)
tojson: mapping | tojson
trim: text | trim
trim: text | trim(part)
truncate: text | truncate(small, flag, part, zero)
type_debug: number | type_debug
union: words | union(other_words)
unique: words | unique
unique: records | unique(attribute='name')
unique: words | unique(flag)
upper: text | upper
list: text | list
first: text | first
map: text | map('upper') | list
map: records | map(attribute=part) | list
join: text | join('-')
join: records | join('-', attribute=part)
sort: text | sort
combine: "lists | combine({'k': [1, 2], 'z': [5]}, list_merge='append')"
combine: "lists | combine({'z': [5], 'k': [1, 2]})"
combine: "lists | combine(more_lists, list_merge=part)"
to_json: "words | to_json(separators=pairs)"
urlencode: text | urlencode
urlencode: mapping | urlencode
urlsplit: url | urlsplit('hostname')
urlsplit: url | urlsplit
version_compare: version_text | version_compare('1.28', '>')
wordcount: text | wordcount
zip: words | zip(numbers) | list
zip_longest: words | zip_longest(other_words, fillvalue=text) | list
`;

const EXPRESSIONS = `
text is string
number is number
number is integer
real is float
flag is boolean
nothing is none
mapping is mapping
words is sequence
words is iterable
text is callable
text is defined
text is undefined
flag is true
flag is false
text is truthy
text is truthy(convert_bool=flag)
text is falsy
number is odd
number is even
number is divisibleby small
text is lower
text is upper
flag is sameas true
number is sameas small
text is escaped
text is eq low
number is ne small
number is lt small
number is gt small
number is le small
number is ge small
text in words
part in text
text is in words
words is contains text
text is any
mapping is contains part
words is contains 'fig'
mapping is contains 'k'
text is match(pattern)
text is search(pattern)
text is regex(pattern, match_type='match')
version_text is version('1.28', '>=')
'1.28' is version(version_text, 'lt', strict=flag)
flags is any
flags is all
words is subset other_words
words is superset other_words
['fig'] is subset words
path is abs
text is vault_encrypted
result is failed
result is succeeded
result is changed
result is skipped
result is unreachable
result is reachable
number + small
text + low
words + other_words
number - small
number * small
text * small
words * small
number / small
number // small
number % small
number ** small
percent % (text, number)
named_percent % mapping
percent % words
'%s' % text
'%s %s' % words
'x' % text
percent % text
'%s' % words
'%*d' % (small, number)
'%.*f' % (small, real)
'%x' % number
'%c' % number
-number
not flag
flag and text
flag or text
text if flag else low
text ~ number
number == small
number < small
numbers < [3, small]
words == other_words
text == words[0]
mapping == more
words[small]
words[small:]
words[:small]
words[::small]
text[small]
text[small:]
mapping[name_of]
mapping.k
mapping['z']
text.split()
csv.split(',', small)
csv.rsplit(',', small)
text.splitlines(flag)
text.strip(part)
text.lstrip(part)
text.rstrip(part)
text.upper()
text.lower()
text.casefold()
text.title()
text.capitalize()
text.swapcase()
text.expandtabs(small)
text.replace(part, low, small)
text.replace('o', low)
part.join(words)
part.join(text)
part.join(mapping)
'{}'.join(words)
braces.format(text, number)
braces.format(*words)
braces.format(words, *numbers)
named_braces.format(k=text)
named_braces.format(**mapping)
'{0} {1}'.format(*words)
'{:>9}'.format(text)
'{:d}'.format(number)
'{:.2f}'.format(real)
text.startswith(part)
text.startswith((part, low))
text.endswith(part)
text.find(part)
text.rfind('o')
text.index('o')
text.rindex('o')
text.count('o')
text.partition(part)
text.rpartition('o')
text.zfill(number)
text.ljust(number)
text.rjust(number, '-')
text.center(number)
text.removeprefix(part)
text.removesuffix(part)
text.isdigit()
text.isalpha()
text.isalnum()
text.isupper()
text.islower()
text.istitle()
words.index('fig')
words.index(text)
numbers.index(small)
words.count('fig')
words.count(text)
words.copy()
mapping.nosuch is defined
(words + [text]).index('fig')
mapping.items() | list
mapping.keys() | list
mapping.values() | list
mapping.copy()
mapping.get('k')
mapping.get('nosuch')
mapping.get('nosuch', text)
mapping.get(name_of, text)
range(small) | list
range(small, number, 3) | list
range(*numbers) | list
dict(mapping)
dict(pairs)
dict(pairs, x=text)
dict(**mapping)
dict(words | zip(numbers))
namespace(mapping).k
namespace(mapping, k=text).k
namespace(pairs).z
namespace(x=text).x
cycler(text, low).next()
cycler(*words).next()
cycler(*words).current
joiner(text)()
lookup('vars', name_of)
lookup('vars', 'nosuch', default=text)
query('vars', name_of)
lookup('items', words)
query('items', words, numbers)
lookup('list', words, wantlist=True)
query('dict', mapping)
query('dict', mapping, more)
query('flattened', nested)
query('indexed_items', words)
query('nested', words, numbers)
query('cartesian', words, numbers)
query('together', words, numbers)
query('subelements', records, 'tags')
query('subelements', records, 'nosuch', {'skip_missing': flag})
query('sequence', 'start=1 end=' ~ small)
query('sequence', start=small, end=number)
query('vars', *words)
lookup('file', path)
query('sequence', 'count=' ~ small ~ ' format=x%d')
`;

const STATEMENTS = [
  '{% for one in words %}{{ loop.index }} {{ one }} {{ loop.last }} {{ loop.length }} {% endfor %}',
  '{% for one in flags %}{{ loop.changed(one) }} {% endfor %}',
  '{% for one in numbers %}{{ loop.changed(one, small) }} {% endfor %}',
  '{% for one in words %}{{ loop.cycle(text, low) }} {{ loop.previtem | default(text) }} {{ loop.nextitem | default(text) }} {% endfor %}',
  '{% for one in words %}{{ loop.cycle(*numbers) }} {{ loop.revindex }} {{ loop.revindex0 }} {{ loop.first }} {% endfor %}',
  '{% for one in words if one != text %}{{ loop.index0 }}{{ one }} {% else %}none{% endfor %}',
  '{% for key, value in mapping.items() %}{{ key }}={{ value }} {% endfor %}',
  '{% for key, value in pairs %}{{ key }}={{ value }} {% endfor %}',
  '{% set a, b = pairs %}{{ a }} {{ b }}',
  '{% for group, members in records | groupby("name") %}{{ group }}{{ members | length }}{% endfor %}',
  '{% set l = words %}{% set _ = l.append(text) %}{{ l }} {{ l | length }}',
  '{% set l = words %}{% set _ = l.extend(other_words) %}{{ l }} {{ l | length }}',
  '{% set l = words %}{% set _ = l.extend(mapping) %}{{ l }}',
  '{% set l = words %}{% set _ = l.insert(small, text) %}{{ l }}',
  '{% set l = words %}{{ l.pop(small) }} {{ l }}',
  '{% set l = words %}{{ l.pop() }} {{ l }}',
  "{% set l = words %}{% set _ = l.remove('fig') %}{{ l }}",
  '{% set l = words + [text] %}{% set _ = l.remove(text) %}{{ l }}',
  '{% set l = words %}{% set _ = l.reverse() %}{{ l }}',
  '{% set l = numbers %}{% set _ = l.sort() %}{{ l }}',
  '{% set l = words %}{% set _ = l.sort(reverse=flag) %}{{ l }}',
  '{% set l = words %}{% set _ = l.clear() %}{{ l }}',
  '{% set l = words %}{% set _ = l.extend(text) %}{{ l | join }} {{ l[1] }} {{ l | first }} {{ l | map("upper") | list | length }} {% if l %}some{% endif %} {% for x in l %}{{ x }}{% endfor %}',
  '{% set l = words %}{% set m = l %}{% set _ = l.extend(*numbers) %}{{ m }} {{ l }}',
  '{% set a, b = text %}{{ a }}',
  '{% set m = mapping %}{% set _ = m.update(more) %}{{ m }} {{ m.k }} {{ m.z }}',
  '{% set m = mapping %}{% set _ = m.update(pairs) %}{{ m }} {{ m | length }}',
  '{% set m = mapping %}{% set _ = m.update(k=text) %}{{ m }}',
  '{% set m = mapping %}{% set _ = m.update(**more) %}{{ m }}',
  '{% set m = mapping %}{{ m.pop("k") }} {{ m }}',
  '{% set m = mapping %}{{ m.pop(name_of, text) }} {{ m }}',
  '{% set m = mapping %}{{ m.popitem() }} {{ m }}',
  '{% set m = mapping %}{{ m.setdefault("k", text) }} {{ m }}',
  '{% set m = mapping %}{{ m.setdefault(name_of, text) }} {{ m }}',
  '{% set m = mapping %}{% set _ = m.clear() %}{{ m }}',
  '{% set ns = namespace(mapping) %}{% set ns.k = text %}{{ ns.k }} {{ ns.z }}',
  '{% set j = joiner(part) %}{{ j() }}{{ j() }}',
  '{% set c = cycler(text, low) %}{{ c.next() }}{{ c.next() }}{{ c.current }}',
  "{% macro show(a, b='x') %}{{ a }}-{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ show(text, low) }}{{ show(*words) }}",
  '{% macro show(a) %}{{ a }}{{ kwargs.k }}{% endmacro %}{{ show(text, **more) }}',
  "{% filter replace('o', part) %}{{ text }}{% endfilter %}",
  '{% with one = text %}{{ one }}{% endwith %}',
  '{% set m = {name_of: text, low: 1, k: 2} %}{{ m | length }} {{ m.number }} {{ m[low] }} {{ "k" in m }} {{ m.get("k", 3) }} {{ m == {"k": 2} }}',
  '{% set m = {"z": 1, name_of: text} %}{{ m.pop("z") }} {{ m.setdefault("number", 1) }} {{ (m | combine({"q": 1})).q }} {{ dict(kv | map("dictsort") | map("map", "last") | list).a }}',
] as const;

const lines = (text: string): readonly string[] => text.trim().split('\n');

/** What is done, by the name of the filter; expressions for the rest. */
export const FILTERS_USED: readonly (readonly [name: string, expression: string])[] = lines(FILTERS).map(line => {
  const [name = '', ...rest] = line.split(': ');
  const written = rest.join(': ');
  return [name, written.startsWith('"') ? (JSON.parse(written) as string) : written] as const;
});

export const TEMPLATES: readonly string[] = [
  ...FILTERS_USED.map(([, expression]) => `{{ ${expression} }}`),
  ...lines(EXPRESSIONS).map(expression => `{{ ${expression} }}`),
  ...STATEMENTS,
];
