from dataclasses import replace

import pytest

from syncd.core.decide import (
    Accepted,
    AlreadyAccepted,
    Ask,
    AskAgain,
    Asking,
    Blocked,
    Call,
    Conflict,
    Health,
    Rejected,
    RetryLater,
    SendAgain,
    classify,
    describe_reply,
    judge_post,
    judge_read,
)
from syncd.core.model import Problem, Reply, ReplyKind

GOOD = {"success": True, "data": {}}
BAD = {"success": False, "error": "no"}
NOT_SENT = Reply(ReplyKind.NOT_SENT, error="no connection")
UNKNOWN = Reply(ReplyKind.UNKNOWN, error="no answer in time")
PAYLOAD = {"ReferenceNumber": "R", "Currency": "EUR", "OrderItems": [{"SKU": "A", "Qty": 1}]}
ASKING = Asking(ours=True, answered=True, misses=0, exists=False)
ALL_STATUSES = [*range(100, 600), 999]


def answer(status, body=None, retry_after_s=None):
    return Reply(ReplyKind.ANSWERED, status=status, body=body, retry_after_s=retry_after_s)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_success_is_accepted(status):
    assert judge_post(answer(status, GOOD)) == Accepted(status)


@pytest.mark.parametrize("body", [None, {}, {"success": False}, {"success": 1}, {"success": "true"}, [GOOD], "ok"])
def test_a_success_without_the_word_leaves_the_outcome_unknown(body):
    assert judge_post(answer(200, body)) == Ask(at_once=True, exists=False)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599, 100, 999])
def test_trouble_after_the_sending_leaves_the_outcome_unknown(status):
    assert judge_post(answer(status, BAD)) == Ask(at_once=True, exists=False)


def test_a_server_in_trouble_may_say_how_long_it_wants_to_rest():
    assert judge_post(answer(503, BAD, 30.0)) == Ask(at_once=True, exists=False, retry_after_s=30.0)


def test_without_an_answer_the_server_may_still_be_at_work():
    assert judge_post(UNKNOWN) == Ask(at_once=False, exists=False)


def test_what_was_not_sent_is_sent_later():
    assert judge_post(NOT_SENT) == RetryLater()


def test_an_unknown_host_is_the_operators():
    assert judge_post(replace(NOT_SENT, operator=True)) == Blocked()


def test_over_the_quota_every_call_waits():
    assert judge_post(answer(429, BAD, 5.0)) == RetryLater(5.0)
    assert judge_read(answer(429, BAD), PAYLOAD, ASKING) == RetryLater()
    assert classify(answer(429, BAD)) is Health.THROTTLED


def test_an_existing_reference_is_read_first():
    assert judge_post(answer(409, BAD)) == Ask(at_once=True, exists=True)


def test_a_conflict_that_says_when_to_come_back_is_work_in_progress():
    assert judge_post(answer(409, BAD, 2.0)) == RetryLater(2.0)


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_the_operators_whatever_was_asked(status):
    assert isinstance(judge_post(answer(status, BAD)), Blocked)
    assert isinstance(judge_read(answer(status, BAD), PAYLOAD, ASKING), Blocked)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 402, 404, 405, 410, 415, 418, 451])
def test_a_wrong_address_is_the_operators(status):
    assert judge_post(answer(status, BAD)) == Blocked()
    assert "base_url" in describe_reply(answer(status, BAD))


def refuse(body, status=422):
    verdict = judge_post(answer(status, body))
    assert isinstance(verdict, Rejected)
    assert all(problem.code == "refused_by_api" for problem in verdict.problems)
    return [(problem.field, problem.message) for problem in verdict.problems]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_refusal_carries_the_apis_own_words(status):
    body = {
        "success": False,
        "error": "Invalid",
        "details": {"field": "Currency", "message": "unknown currency"},
    }
    assert judge_post(answer(status, body)) == Rejected(
        status,
        (
            Problem(
                "refused_by_api",
                f"The API refused this order ({status}): Invalid: unknown currency",
                "/Currency",
            ),
        ),
    )


def test_a_refusal_may_list_several_details():
    details = [
        {"field": "OrderItems[0].Qty", "message": "too few"},
        {"field": "", "message": ""},
        "too late",
        7,
    ]
    assert refuse({"error": "Invalid", "details": details}) == [
        ("/OrderItems/0/Qty", "The API refused this order (422): Invalid: too few"),
        ("", "The API refused this order (422): Invalid: too late"),
    ]


@pytest.mark.parametrize("body", [None, [], "no", {}, {"error": 5, "details": 5}, {"error": "", "details": {}}])
def test_a_refusal_without_words_is_one_too(body):
    assert refuse(body) == [("", "The API refused this order (422): it gave no reason")]


def test_a_text_said_twice_is_told_once():
    assert refuse({"error": "Bad", "details": {"message": "Bad"}}) == [("", "The API refused this order (422): Bad")]


@pytest.mark.parametrize(
    ("field", "pointer"),
    [
        ("OrderItems.1.SKU", "/OrderItems/1/SKU"),
        ("$.OrderItems[1].SKU", "/OrderItems/1/SKU"),
        ("/OrderItems/1/SKU", "/OrderItems/1/SKU"),
        ("a/b~c", "/a~1b~0c"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_field_is_named_by_a_json_pointer(field, pointer):
    assert refuse({"details": {"field": field, "message": "m"}})[0][0] == pointer


def test_a_foreign_text_is_cut_and_made_harmless():
    [(field, message)] = refuse({"error": "x" * 5000, "details": {"field": "f" * 5000, "message": "y"}})
    assert message == "The API refused this order (422): " + "x" * 299 + "…"
    assert len(field) <= 301
    assert refuse({"error": "a\n\tb\x00\u202e\ud800 {value}"}) == [
        ("", "The API refused this order (422): a b??? (value)")
    ]
    assert len(refuse({"details": [{"message": str(number)} for number in range(1000)]})) == 50


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "data": {"Currency": "EUR", "Status": "OPEN"}},
        {"success": True, "data": {"order": {"Currency": "EUR"}}},
        {"success": True, "Currency": "EUR"},
        {"success": True, "data": None, "Currency": "EUR"},
    ],
)
def test_a_found_order_with_the_same_content_is_accepted(body):
    assert judge_read(answer(200, body), PAYLOAD, ASKING) == Accepted(200)
    assert judge_read(answer(200, body), PAYLOAD, replace(ASKING, ours=False)) == AlreadyAccepted(200)


def test_a_found_order_with_nothing_to_compare_is_accepted_with_a_note():
    body = {"success": True, "data": {"Status": "OPEN"}}
    assert judge_read(answer(200, body), PAYLOAD, ASKING) == Accepted(200, "unverified")
    assert judge_read(answer(200, body), PAYLOAD, replace(ASKING, ours=False)) == AlreadyAccepted(200, "unverified")


def test_a_found_order_with_other_content_is_a_conflict():
    body = {"success": True, "data": {"Currency": "GBP", "OrderItems": [{"SKU": "B", "Qty": 1}]}}
    assert judge_read(answer(200, body), PAYLOAD, ASKING) == Conflict(200, ("Currency", "OrderItems[0].SKU"))


@pytest.mark.parametrize("body", [None, {"success": False}, {"success": True}, {"success": True, "data": {}}, [1]])
def test_an_answer_without_a_record_is_asked_for_again(body):
    assert isinstance(judge_read(answer(200, body), PAYLOAD, ASKING), RetryLater)


def test_after_an_answer_one_not_there_settles_it():
    assert judge_read(answer(404, BAD), PAYLOAD, ASKING) == SendAgain()


def test_after_no_answer_it_takes_a_second_not_there():
    asking = replace(ASKING, answered=False)
    assert judge_read(answer(404, BAD), PAYLOAD, asking) == AskAgain()
    assert judge_read(answer(404, BAD), PAYLOAD, replace(asking, misses=1)) == SendAgain()


@pytest.mark.parametrize("answered", [True, False])
def test_what_exists_and_is_not_there_is_sent_again(answered):
    asking = replace(ASKING, exists=True, answered=answered, misses=5)
    assert judge_read(answer(404, BAD), PAYLOAD, asking) == SendAgain(contradicted=True)


@pytest.mark.parametrize("body", [None, {}, {"success": True}, "Not Found"])
def test_a_404_that_is_not_the_apis_own_proves_nothing(body):
    assert isinstance(judge_read(answer(404, body), PAYLOAD, ASKING), RetryLater)


@pytest.mark.parametrize(
    "reply", [answer(500, BAD, 3.0), answer(408), answer(409, BAD), answer(400, PAYLOAD), NOT_SENT, UNKNOWN]
)
def test_a_reading_that_fails_is_repeated(reply):
    assert judge_read(reply, PAYLOAD, ASKING) == RetryLater(reply.retry_after_s)
    assert classify(reply, Call.READ) is not Health.THROTTLED


@pytest.mark.parametrize(
    ("reply", "call", "health"),
    [
        (answer(200, GOOD), Call.SUBMIT, Health.GOOD),
        (answer(200, None), Call.SUBMIT, Health.WEATHER),
        (answer(400, BAD), Call.SUBMIT, Health.GOOD),
        (answer(409, BAD), Call.SUBMIT, Health.GOOD),
        (answer(400, BAD), Call.SIGN_IN, Health.OPERATOR),
        (answer(401, BAD), Call.SIGN_IN, Health.OPERATOR),
        (answer(404, BAD), Call.SUBMIT, Health.OPERATOR),
        (answer(404, BAD), Call.READ, Health.GOOD),
        (answer(404, None), Call.READ, Health.WEATHER),
        (answer(429), Call.READ, Health.THROTTLED),
        (answer(503), Call.SIGN_IN, Health.WEATHER),
        (UNKNOWN, Call.SUBMIT, Health.WEATHER),
        (NOT_SENT, Call.SUBMIT, Health.WEATHER),
        (replace(NOT_SENT, operator=True), Call.SUBMIT, Health.OPERATOR),
    ],
)
def test_the_gate_is_told_how_the_api_does(reply, call, health):
    assert classify(reply, call) is health


@pytest.mark.parametrize("body", [None, GOOD, BAD])
def test_verdict_and_health_never_contradict(body):
    """Everything holds exactly where the gate is told of the operator; after a 429 the same call comes again."""
    for status in ALL_STATUSES:
        reply = answer(status, body)
        for verdict, call in (
            (judge_post(reply), Call.SUBMIT),
            (judge_read(reply, PAYLOAD, ASKING), Call.READ),
        ):
            health = classify(reply, call)
            assert isinstance(verdict, Blocked) == (health is Health.OPERATOR)
            assert isinstance(verdict, RetryLater) or health is not Health.THROTTLED


def test_only_a_surely_accepted_order_is_called_accepted():
    for status in ALL_STATUSES:
        for body in (None, GOOD, BAD):
            accepted = isinstance(judge_post(answer(status, body)), Accepted)
            assert accepted == (200 <= status < 300 and body is GOOD)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer(401), "client_secret"),
        (answer(403), "not allow"),
        (answer(404), "base_url"),
        (answer(400), "refuses"),
        (answer(200), "understood"),
        (answer(302), "base_url"),
        (answer(503), "trouble (503)"),
        (answer(408), "trouble (408)"),
        (UNKNOWN, "no answer in time"),
        (Reply(ReplyKind.UNKNOWN), "no answer"),
    ],
)
def test_what_came_back_is_told_in_words(reply, words):
    assert words in describe_reply(reply)
