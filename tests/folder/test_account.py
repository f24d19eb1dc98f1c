"""run.json of anybody is read, or refused in our own words."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DocumentError
from engine.folder import account

ENTRY = {"file": "a.safetensors", "sha256": "0" * 64, "step": 3}
GOOD = {
    "format": account.FORMAT,
    "version": account.VERSION,
    "document": "{}",
    "state": "running",
    "device": "cpu",
    "threads": 2,
    "seed": 5,
    "rows": [["hidden", -1], ["head", 0]],
    "goals": [{"losses": {"loss": 1.0}, "first": 1, "last": 0}],
    "changes": [{"step": 1, "name": "lr", "value": 0.1, "phase": ""}],
    "checkpoint": ENTRY,
    "checkpoints": [{**ENTRY, "kind": "best", "loss": 0.5, "size": 10}],
    "next_checkpoint": "01234567",
    "dropped": ["b.safetensors"],
    "weights": {"a.pt": "00"},
    "weights_from": "",
    "name": "Net",
    "something later": {"any": [None]},
}
ODD = (None, "x", -1, 10**400, 1.5, [], {}, True, [[1]], {"a": 1}, float("nan"), "\n")
FIELDS = sorted(GOOD.keys() - {"something later"})


@pytest.fixture
def write(tmp_path):
    def put(data):
        text = data if isinstance(data, bytes) else json.dumps(data).encode()
        (tmp_path / "run.json").write_bytes(text)
        return tmp_path

    return put


def test_sound_account_is_read_as_it_is(write):
    assert account.read(write(GOOD)) == GOOD
    assert account.read(write(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())) == GOOD


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_field_of_another_kind_is_refused_or_harmless(write, field, value):
    if isinstance(value, int) and value == 10**400:
        text = json.dumps({**GOOD, field: 7654321}).replace("7654321", "1" + "0" * 400)
        folder = write(text.encode())
    else:
        folder = write({**GOOD, field: value})
    with contextlib.suppress(DocumentError):
        info = account.read(folder)
        assert all(entry.step >= 0 for entry in account.kept(info))
        json.dumps(info, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "entry",
    [
        {**ENTRY, "file": "../a.safetensors"},
        {**ENTRY, "file": "a/b.safetensors"},
        {**ENTRY, "file": ".a.safetensors"},
        {**ENTRY, "file": "a.pt"},
        {**ENTRY, "file": "a\n.safetensors"},
        {**ENTRY, "sha256": "0"},
        {**ENTRY, "step": 10**18},
        {**ENTRY, "step": True},
        {**ENTRY, "kind": "other"},
    ],
)
def test_checkpoints_lead_nowhere_else(write, entry):
    for fields in ({"checkpoint": entry}, {"checkpoints": [entry]}):
        with pytest.raises(DocumentError, match="checkpoint"):
            account.read(write({**GOOD, **fields}))


@pytest.mark.parametrize("file", ["../x.safetensors", "/a", 5, ".x.safetensors"])
def test_files_to_delete_lead_nowhere_else(write, file):
    with pytest.raises(DocumentError, match="dropped"):
        account.read(write({**GOOD, "dropped": [file]}))


@pytest.mark.parametrize("word", ["../x", "", "0" * 99, "g0000000"])
def test_word_of_the_next_checkpoint_is_but_a_number(write, word):
    with pytest.raises(DocumentError, match="next_checkpoint"):
        account.read(write({**GOOD, "next_checkpoint": word}))


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2J", "a\u2028b", "a\x00"])
def test_names_of_phases_have_no_control_characters(write, name):
    change = {"step": 1, "name": "lr", "value": 0.1, "phase": name}
    with pytest.raises(DocumentError, match="changes"):
        account.read(write({**GOOD, "changes": [change]}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"[" + b"[]," * 3_000_000 + b"[]]",
        b"1e999",
        b"1" * 5000,
        b"\xff\xfe\x00",
        b"null",
        b"{}",
        b'{"format": "other"}',
    ],
    ids=range(10),
)
def test_what_is_no_account_is_refused(write, data):
    with pytest.raises(DocumentError, match=r"run\.json"):
        account.read(write(data))


@pytest.mark.parametrize("version", [2, 0, "1", None, True, 1.0, 10**300])
def test_other_versions_are_refused(write, version):
    with pytest.raises(DocumentError, match="another version"):
        account.read(write({**GOOD, "version": version}))


def test_deep_account_is_refused_before_it_could_not_be_written_again(write):
    deep = current = {}
    for _ in range(300):
        current["a"] = current = {}
    with pytest.raises(DocumentError, match="nested"):
        account.read(write({**GOOD, "extra": deep}))


def test_halves_of_characters_are_mended(write):
    info = account.read(write({**GOOD, "name": "a\ud800b"}))
    assert info["name"] == "a?b"


def test_older_account_with_one_checkpoint_keeps_it():
    info = {"checkpoint": ENTRY}
    assert account.newest(info) == account.Kept(**ENTRY)
    assert account.kept(info) == [account.Kept(**ENTRY)]


def test_path_that_no_folder_has_is_told(tmp_path):
    for name in ("a\0b", "x" * 5000, "missing"):
        with pytest.raises(DocumentError, match="no run"):
            account.read(tmp_path / name)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["file", "step", "losses", "a"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(FIELDS), _json, max_size=4))
def test_any_json_is_read_or_refused(tmp_path_factory, fields):
    folder = tmp_path_factory.mktemp("run")
    (folder / "run.json").write_text(json.dumps({**GOOD, **fields}))
    with contextlib.suppress(DocumentError):
        account.read(folder)


@pytest.mark.parametrize("state", ["<b>x</b>", "", "idle", "Running", ["running"]])
def test_state_that_no_run_has_is_refused(write, state):
    with pytest.raises(DocumentError, match="state"):
        account.read(write({**GOOD, "state": state}))
