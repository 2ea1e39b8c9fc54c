// Sends every line of standard input to every socket: the `ws` package as its README uses it.
import { createInterface } from 'node:readline';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('listening', () => console.log(server.address().port));
createInterface({ input: process.stdin })
  .on('line', (line) => server.clients.forEach((client) => client.send(line)))
  .on('close', () => process.exit(0));
