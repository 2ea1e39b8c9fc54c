"""Sends every line of standard input to every socket: FastAPI's example of a broadcast."""

import asyncio
import socket
import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
clients: set[WebSocket] = set()


@app.websocket("/")
async def listen(client: WebSocket) -> None:
    await client.accept()
    clients.add(client)
    try:
        while True:
            await client.receive_text()
    except WebSocketDisconnect:
        clients.discard(client)


async def broadcast() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        text = line.decode().rstrip("\n")
        for client in list(clients):
            await client.send_text(text)


async def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(app, log_level="error", ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await broadcast()
    server.should_exit = True
    await serving


asyncio.run(main())
