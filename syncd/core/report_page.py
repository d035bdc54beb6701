"""The page of the report for people: its looks and its words' places, as templates that escape all they are given.

One file without scripts or anything from outside, for a screen of any width, light or dark, and for paper.
Refuses to choose what is shown: the values are given.
"""

from functools import cache

from jinja2 import DictLoader, Environment, StrictUndefined, Template

_STYLE = """\
:root {
  color-scheme: light dark;
  --page: #f6f6f3; --card: #ffffff; --ink: #1d2125; --soft: #59616a; --line: #dcdfe3; --quiet: #f3f4f5;
  --bad: #a1221a; --bad-back: #fdeceb; --good: #1b6639; --warn: #7a4a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1c2024; --ink: #e7eaed; --soft: #a8b0b9; --line: #363c43; --quiet: #23282d;
    --bad: #ffb1a8; --bad-back: #43211f; --good: #8bd8a6; --warn: #f0c67a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: .3rem 0 .6rem; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 2.75rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 0; }
h3:not(:first-child) { margin-top: 1.25rem; }
h4 { font-size: .875rem; font-weight: 600; color: var(--soft); margin: 1.1rem 0 .5rem; }
p { margin: .4rem 0; }
h1, h2, h3, p, li, td, th, dt, dd, bdi { overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: .875rem; font-weight: 400; }
.lead { font-size: 1.1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem 1.25rem; }
.card + .card { margin-top: 1rem; }
.card > ol, .card > ul { margin: 0; padding-left: 1.35rem; }
.card > ol > li + li, .card > ul > li + li { margin-top: .45rem; }
.whole { border-left: .3rem solid var(--bad); }
.status { font-size: .875rem; font-weight: 600; }
.bad { color: var(--bad); } .good { color: var(--good); } .warn { color: var(--warn); }
table { width: 100%; border-collapse: collapse; font-size: .95rem; }
.problems { margin-top: .8rem; }
.problems th, .problems td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0;
  border-top: 1px solid var(--line); font-weight: 400; }
.problems thead th { border-top: 0; padding-bottom: .25rem; color: var(--soft); font-size: .8125rem; }
.problems tbody th { width: 30%; } .problems td.has { width: 22%; }
.problems tbody th bdi { font-weight: 600; display: block; }
.cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(11rem, 100%), 1fr)); gap: .3rem;
  margin: 0; }
.cells > div { background: var(--quiet); border: 1px solid transparent; border-radius: .35rem;
  padding: .3rem .55rem .4rem; min-width: 0; }
.cells dt { color: var(--soft); font-size: .75rem; line-height: 1.4; }
.cells dd { margin: 0; font-size: .9rem; line-height: 1.4; }
.cells > .wrong { background: var(--bad-back); border-color: var(--bad); }
.cells > .wrong dt { color: var(--bad); font-weight: 600; }
bdi.value { white-space: pre-wrap; }
mark { background: var(--bad-back); color: var(--bad); font-weight: 600; border-radius: .2rem; padding: .05rem .3rem;
  -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.wrong mark { padding: 0; }
.references { columns: 13rem; column-gap: 1.5rem; list-style: none; }
.card > .references { padding: 0; margin-top: .5rem; }
.references li, .card > .references li + li { margin: 0 0 .3rem; break-inside: avoid; }
.facts th { text-align: left; vertical-align: top; font-weight: 400; color: var(--soft); width: 9rem;
  padding: .2rem .75rem .2rem 0; }
.facts td { padding: .2rem 0; }
code { font: .9em ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 36rem) {
  main { padding: 1.5rem .9rem 3rem; }
  h1 { font-size: 1.5rem; }
  .card { padding: .9rem; }
  .problems th, .problems td { padding-right: .55rem; }
  .problems { font-size: .875rem; }
  .problems tbody th { width: 38%; } .problems td.has { width: 24%; }
  .cells { grid-template-columns: repeat(auto-fill, minmax(min(8rem, 100%), 1fr)); }
  .facts th { width: 6.5rem; }
}
@media print {
  :root { color-scheme: light;
    --page: #ffffff; --card: #ffffff; --ink: #000000; --soft: #474d54; --line: #c3c7cc; --quiet: #ffffff;
    --bad: #8c1008; --bad-back: #fdeceb; --good: #14552d; --warn: #6a4000; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .card { padding: .7rem .9rem; }
  .cells > div { border-color: var(--line); }
  .cells > .wrong { border: 1.5pt solid var(--bad); }
  h2, h3, h4, thead { break-after: avoid; }
  tr, .cells > div { break-inside: avoid; }
  mark, .wrong { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""

_HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>{{ headline }}: {{ name }}</title>
<style>
{% include "style" %}
</style>
</head>
<body>
<main>
<header>
<p class="soft">Report on <bdi>{{ name }}</bdi>, received {{ received }}
{%- if test %} <strong class="warn">in the test environment</strong>{% endif %}</p>
<h1>{{ headline }}</h1>
{% if rest %}
<p class="lead">{{ rest|join(" ") }}</p>
{% endif %}
</header>
{% if errors %}
<section aria-labelledby="file">
<h2 id="file">{{ "What is wrong with the file as a whole" if refused else "A word on the file" }}</h2>
<div class="card{{ " whole" if refused }}">
<ul>
{% for sentence in errors %}
<li><bdi>{{ sentence }}</bdi></li>
{% endfor %}
</ul>
</div>
</section>
{% endif %}
{% if failed %}
<section aria-labelledby="next">
<h2 id="next">What to do next</h2>
<div class="card">
<ol>
{% if rejected %}
<li>Open <strong><bdi>{{ rejected }}</bdi></strong>, which lies beside this report. It holds only the orders that
were not accepted, as your own file has them, each with what is wrong under <code>_error</code>.</li>
<li>Mend what is wrong and save the file in the same format. You can leave <code>_error</code> in it.</li>
<li>Drop the mended file into the inbox. Orders that were accepted are not in it and are not sent again.</li>
{% else %}
<li>Mend the file where it comes from.</li>
<li>Drop the whole file into the inbox again. Orders that were accepted are not sent twice.</li>
{% endif %}
</ol>
</div>
</section>
{% endif %}
{% if mending %}
<section aria-labelledby="mend">
<h2 id="mend">Orders that need mending</h2>
{% if not show_values %}
<p class="soft">The values of the file are not shown: this syncd is set up to hide them.</p>
{% endif %}
{% endif %}
"""

_ORDER = """\
{% macro say_value(value) -%}
{% if value is none %}(not there){% elif value == "" %}(empty){% else %}<bdi class="value">{{ value }}</bdi>{% endif %}
{%- endmacro %}
{% macro say_name(name) -%}
<bdi>{% for part in name.split(".") %}{{ part }}{% if not loop.last %}.<wbr>{% endif %}{% endfor %}</bdi>
{%- endmacro %}
{% set name = "Order " ~ order.reference if order.reference else "An order without a reference" %}
<article class="card">
<h3><bdi>{{ name }}</bdi></h3>
<p><span class="status bad"><span aria-hidden="true">&#10007; </span>{{ order.outcome }}</span>
<span class="soft"> &#183; {{ order.place }}</span></p>
<table class="problems">
<caption class="unseen">What is wrong with: <bdi>{{ name }}</bdi></caption>
<thead>
<tr><th scope="col">Where</th>{% if show_values %}<th scope="col">In your file</th>{% endif %}
<th scope="col">What is wrong</th></tr>
</thead>
<tbody>
{% for problem in order.problems %}
<tr><th scope="row">{{ say_name(problem.where) }}
{%- if problem.line %} <span class="soft">line {{ problem.line }}</span>{% endif %}</th>
{% if show_values %}
<td class="has">{% if problem.placed %}<mark>{{ say_value(problem.value) }}</mark>{% else %}&#8212;{% endif %}</td>
{% endif %}
<td><bdi>{{ problem.sentence }}</bdi></td></tr>
{% endfor %}
</tbody>
</table>
{% if order.more_problems %}
<p class="soft">{{ "{:,}".format(order.more_problems) }} more of its problems stand in {{ report }}.</p>
{% endif %}
{% for record in order.records %}
<h4>Line {{ record.line }} of your file</h4>
<dl class="cells">
{% for cell in record.cells %}
{% if cell.wrong %}
<div class="wrong"><dt><span aria-hidden="true">&#10007; </span><span class="unseen">wrong: </span>
{{ say_name(cell.name) }}</dt><dd><mark>{{ say_value(cell.value) }}</mark></dd></div>
{% else %}
<div><dt>{{ say_name(cell.name) }}</dt><dd>{{ say_value(cell.value) }}</dd></div>
{% endif %}
{% endfor %}
</dl>
{% if record.more_cells %}
<p class="soft">{{ "{:,}".format(record.more_cells) }} more of its values are not shown.</p>
{% endif %}
{% endfor %}
{% if order.more_records %}
<p class="soft">{{ "{:,}".format(order.more_records) }}
{%- if order.records %} more{% endif %} of its records {{ "is" if order.more_records == 1 else "are" }} not
shown here.</p>
{% endif %}
</article>
"""

_FOOT = """\
{% if mending %}
{% if more_failed %}
<p>{{ "{:,}".format(more_failed) }} more {{ "order needs" if more_failed == 1 else "orders need" }} mending; each
of them stands in <bdi>{{ rejected or report }}</bdi>.</p>
{% endif %}
</section>
{% endif %}
{% if groups %}
<section aria-labelledby="others">
<h2 id="others">{{ "The other orders" if mending else "The orders" }}</h2>
<div class="card">
{% for group in groups %}
<h3 class="{{ group.tone }}"><span aria-hidden="true">{{ group.sign }} </span>{{ group.words }}: \
{{ "{:,}".format(group.count) }}</h3>
<ul class="references">
{% for order in group.orders %}
<li><bdi>{{ order.reference or "without a reference" }}</bdi> <span class="soft">{{ order.place }}</span>
{%- for sentence in order.sentences %}<br><bdi>{{ sentence }}</bdi>{% endfor %}</li>
{% endfor %}
</ul>
{% if group.more %}
<p class="soft">and {{ "{:,}".format(group.more) }} more; each of them stands in <bdi>{{ report }}</bdi>.</p>
{% endif %}
{% endfor %}
</div>
</section>
{% endif %}
<section aria-labelledby="facts">
<h2 id="facts">About the file</h2>
<div class="card">
<table class="facts">
<caption class="unseen">Facts about the file</caption>
<tbody>
{% for name, value in facts.items() %}
<tr><th scope="row">{{ name }}</th><td><bdi>{{ value }}</bdi></td></tr>
{% endfor %}
</tbody>
</table>
</div>
</section>
</main>
</body>
</html>
"""


@cache
def find_template(part: str) -> Template:
    """Given head, order or foot, return that part of the page; whatever is put into it is escaped."""
    environment = Environment(
        loader=DictLoader({"head": _HEAD, "order": _ORDER, "foot": _FOOT, "style": _STYLE}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(part)
