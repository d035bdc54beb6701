import pytest

from syncd.core.characters import collect_controls, find_control, find_invisible, name_character


@pytest.mark.parametrize("text", ["", "plain", "Grüße 🎁", "tab\tLF\nCR\rVT\x0bFF\x0c", "\u200b\u202e\ufeff\u00ad"])
def test_white_space_and_invisible_characters_are_no_control_characters(text):
    assert find_control(text) is None


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x08", "\x0e", "\x1b", "\x1f", "\x7f", "\x85", "\x9f", "\ud800"]
)
def test_control_characters_are_found_wherever_they_stand(character):
    assert find_control(f"a{character}b\x01") == character


@pytest.mark.parametrize("reference", ["ORD-1", "A B", "Bestellung-Ä", "注文-1", "🎁", ".", "e\u0301"])
def test_a_reference_of_characters_that_are_seen_holds_nothing_invisible(reference):
    assert find_invisible(reference) is None


@pytest.mark.parametrize(
    "character",
    [
        "\u200b",
        "\u200d",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\xad",
        "\xa0",
        "\u2003",
        "\u2028",
        "\t",
        "\n",
        "\x0b",
        "\x85",
        "͏",
        "ᅟ",
        "\u180e",
        "⠀",
        "ㅤ",
        "️",
        "\U000e0041",
        "\x00",
    ],
)
def test_an_invisible_or_bidirectional_character_in_a_reference_is_found(character):
    assert find_invisible(f"ORD{character}1") == character


def test_a_character_is_named_without_being_shown():
    assert name_character("\u200b") == "U+200B (zero width space)"
    assert name_character("\x07") == "U+0007"


def test_controls_are_collected_with_their_paths_from_texts_and_keys():
    found = []
    payload = {"A": "\x01", "B": [{"C": "ok", "D": "x\x02"}, 5, None, True], "E": {"F\x03": "fine"}}
    collect_controls(payload, (), found)
    assert found == [(("A",), "\x01"), (("B", 0, "D"), "\x02"), (("E",), "\x03")]
