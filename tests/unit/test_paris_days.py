"""Days on pages are those of Paris: what was done six minutes after midnight there was not done the day before."""

from greffe.web.pages.render import environment


def test_the_day_of_an_instant():
    when = environment().get_template("staff/parts.html").module.when
    assert when("2026-11-30T23:06:00.000000Z") == '<time datetime="2026-11-30T23:06:00.000000Z">2026-12-01</time>'
    assert when("2026-07-14T21:59:59.000000Z") == '<time datetime="2026-07-14T21:59:59.000000Z">2026-07-14</time>'
