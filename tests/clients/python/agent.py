"""`python-socketio` at the end of a pipe: orders come in as lines of JSON, what it hears goes out as such."""

import json
import os
import sys
import threading

import socketio

TRANSPORTS = {"websocket": ["websocket"], "polling": ["polling"], "upgrade": ["polling", "websocket"]}

client = socketio.Client(reconnection_delay=0.05, reconnection_delay_max=0.2)
writing = threading.Lock()
# The library forgets whom it owes an answer when it loses the connection; the agent does not.
waiting = set()


def tell(what):
    line = json.dumps(what, ensure_ascii=False)
    with writing:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


@client.event
def connect():
    tell({"event": "connected"})


@client.event
def disconnect(reason):
    tell({"event": "disconnected", "reason": str(reason)})
    while waiting:
        lose(next(iter(waiting)))


@client.event
def connect_error(error):
    tell({"event": "refused", "reason": str(error)})


@client.on("*")
def push(name, payload):
    tell({"event": "push", "name": name, "payload": payload})


def order_connect(order):
    client.connect(order["url"], auth={"token": order["token"]}, transports=TRANSPORTS[order["transport"]])


def order_ask(order):
    number = order["id"]
    waiting.add(number)
    try:
        client.emit(order["name"], order["payload"], callback=lambda answer: answered(number, answer))
    except socketio.exceptions.SocketIOError:
        lose(number)


def order_tell(order):
    client.emit(order["name"], order["payload"])


def answered(number, answer):
    if number in waiting:
        waiting.discard(number)
        tell({"event": "answer", "id": number, "answer": answer})


def lose(number):
    if number in waiting:
        waiting.discard(number)
        tell({"event": "lost", "id": number})


ORDERS = {"connect": order_connect, "ask": order_ask, "tell": order_tell}

for line in sys.stdin:
    order = json.loads(line)
    ORDERS[order["do"]](order)
# Its threads would wait for a server that is not there any more.
os._exit(0)
