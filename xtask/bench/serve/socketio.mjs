// Sends every line of standard input to every socket: socket.io over WebSocket alone.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Server } from 'socket.io';

const http = createServer();
const server = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
http.listen(0, '127.0.0.1', () => console.log(http.address().port));
createInterface({ input: process.stdin })
  .on('line', (line) => server.emit('event', JSON.parse(line)))
  .on('close', () => process.exit(0));
