import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.protocol import commands
from engine.protocol.device import Devices
from engine.protocol.messages import EngineGone, EngineReady, Failed
from engine.protocol.wire.client import EngineClient
from engine.protocol.wire.transport import ProcessTransport, start
from tests.helpers.waiting import wait_for

SERVE = """
import sys, os
from engine.protocol.wire.transport import PipeServer, take_standard_streams
from engine.protocol.messages import Message
from engine.protocol.commands import Close
server = PipeServer(*take_standard_streams(), grace_s=0.2)
server.ready()
"""
ECHO = (
    SERVE
    + """
print("a print can't disturb the stream", flush=True)
os.write(1, b"nor can a write")
while not isinstance((request := server.requests.get()).command, Close):
    server.send(Message(request.number, request.command))
server.close()
"""
)


def child(code: str) -> EngineClient:
    return EngineClient(ProcessTransport(start(["-c", code])))


def process_of(client: EngineClient) -> subprocess.Popen:
    return client._transport._process


@pytest.fixture(scope="module")
def engine():
    client = EngineClient.spawn()
    yield client
    client.close(10.0)
    assert process_of(client).returncode == 0


def test_a_spawned_engine_says_that_it_is_ready_and_answers(engine):
    ready = wait_for(engine, EngineReady)
    assert ready.number == 0
    assert ready.body.devices.devices[0].id == "cpu"
    number = engine.send(commands.ListDevices())
    answer = wait_for(engine, Devices)
    assert answer.number == number
    assert answer.body.torch_version


def test_a_request_that_fails_is_answered_and_the_engine_goes_on(engine):
    number = engine.send(commands.Check("{"))
    answer = wait_for(engine, Failed)
    assert answer.number == number
    assert "ends too early" in answer.body.text
    assert answer.body.details == ""
    engine.send(commands.ListDevices())
    wait_for(engine, Devices)


def test_messages_come_back_in_order_whatever_the_child_prints():
    client = child(ECHO)
    numbers = [client.send(commands.Step(count)) for count in range(200)]
    got = []
    deadline = time.monotonic() + 20
    while len(got) < 200 and time.monotonic() < deadline:
        got += client.drain()
        time.sleep(0.01)
    client.close(3.0)
    assert [message.number for message in got] == numbers
    assert [message.body.count for message in got] == list(range(200))
    assert process_of(client).returncode == 0


def test_a_killed_child_is_reported_with_its_last_words():
    client = child(SERVE + "print('going down', flush=True); server.requests.get()")
    client.send(commands.Pause())
    gone = wait_for(client, EngineGone)
    assert "exit code 0" in gone.body.text
    assert "going down" in gone.body.details
    assert "\n" not in gone.body.text
    client.close(1.0)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_crash_names_the_signal():
    client = child("import time; time.sleep(60)")
    process_of(client).send_signal(signal.SIGSEGV)
    assert "SIGSEGV" in wait_for(client, EngineGone).body.text
    client.close(1.0)


def test_a_child_that_writes_nonsense_is_ended_and_reported():
    client = child("import time; print('hello'*9, flush=True); time.sleep(60)")
    assert "not a message" in wait_for(client, EngineGone).body.text
    client.close(1.0)
    assert process_of(client).returncode is not None


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_closing_kills_a_child_that_does_not_listen():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    client = child(code + "; print(end='', flush=True); time.sleep(60)")
    for _ in range(2000):
        client.send(commands.Check("x" * 1000))
    time.sleep(0.5)
    begin = time.monotonic()
    client.close(1.0)
    assert time.monotonic() - begin < 1.5
    assert process_of(client).returncode == -signal.SIGKILL
    assert not any(thread.is_alive() for thread in client._transport._threads)


def test_closing_twice_and_sending_afterwards_are_harmless():
    client = child(ECHO)
    client.close(3.0)
    client.close(3.0)
    client.send(commands.Pause())
    assert client.drain() == []


def test_a_child_ends_when_its_parent_is_killed():
    code = (
        "from engine.protocol.wire.transport import start; import time;"
        f"child = start(['-c', {ECHO!r}]); print(child.pid, flush=True);"
        "time.sleep(60)"
    )
    parent = start(["-c", code])
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 10
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _is_alive(pid)


def _is_alive(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii")
        return text.rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_the_protocol_and_the_way_to_it_load_without_torch():
    code = (
        "import sys, engine.protocol.wire.client, engine.host, engine.host.__main__,"
        "engine.cli, presets; presets.all_presets();"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.call([sys.executable, "-c", code]) == 0
