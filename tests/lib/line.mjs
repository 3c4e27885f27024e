// The line between a phone and the service: a proxy that can be cut. Cut before a request arrives, or after it has
// arrived and before its answer comes back; or everything at once. It stays cut until it is mended, since browsers try
// again by themselves.
import net from 'node:net';

export class Line {
  constructor(service) {
    this.service = service;
    this.sockets = new Set();
    this.cuts = [];
    this.arrived = []; // request lines that the service got
    this.lost = []; // request lines that met a cut
    this.carried = 0; // bytes to the phone
    this.rewrites = new Map();
  }

  static async to(service) {
    const line = new Line(service);
    line.server = net.createServer((phone) => line.#connect(phone));
    await new Promise((resolve) => line.server.listen(0, '127.0.0.1', resolve));
    line.origin = `http://127.0.0.1:${line.server.address().port}`;
    return line;
  }
  async close() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** No network at all. */
  down() {
    this.dead = true;
    for (const socket of this.sockets) socket.destroy();
  }
  /** Requests whose first line begins so ("POST /m/apply") never arrive. */
  cutBefore(start) {
    this.cuts.push({ start, arrives: false });
  }
  /** They arrive, and their answers get lost. */
  cutAfter(start) {
    this.cuts.push({ start, arrives: true });
  }
  mend() {
    this.dead = false;
    this.cuts = [];
  }
  /** As slow as this: milliseconds until an answer begins, bytes a second. */
  slow({ latency, speed }) {
    Object.assign(this, { latency, speed });
  }
  /** For `path` the line answers `text` by itself: what a server of an older release had. */
  answer(path, text) {
    this.rewrites.set(path, text);
  }
  /** How often the service got requests that begin so. */
  count(start) {
    return this.arrived.filter((request) => request.startsWith(start)).length;
  }

  #connect(phone) {
    if (this.dead) return phone.destroy();
    const server = net.connect(this.service.port, this.service.host);
    const both = [phone, server];
    const end = () => both.forEach((one) => {
      one.destroy();
      this.sockets.delete(one);
    });
    for (const one of both) {
      this.sockets.add(one);
      one.on('error', end);
      one.on('close', end);
    }
    let lost = false;
    phone.on('data', (bytes) => {
      const first = /^(GET|POST|HEAD|PUT|DELETE) (\S+) HTTP\/1\.1\r\n/.exec(bytes.subarray(0, 2048).toString('latin1'));
      if (first) {
        const request = `${first[1]} ${first[2]}`;
        const cut = this.cuts.find(({ start }) => request.startsWith(start));
        if (cut) this.lost.push(request);
        if (cut && !cut.arrives) return end();
        lost = Boolean(cut);
        const text = this.rewrites.get(first[2]);
        if (text !== undefined) {
          const body = Buffer.from(text);
          return void phone.write(`HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nCache-Control: no-cache\r\nContent-Length: ${body.length}\r\n\r\n${text}`);
        }
        this.arrived.push(request);
      }
      return void server.write(bytes);
    });
    let free = 0; // when the phone has what was sent before
    server.on('data', (bytes) => {
      if (lost) return end();
      this.carried += bytes.length;
      if (!this.latency) return void phone.write(bytes);
      const now = performance.now();
      free = Math.max(free, now + this.latency) + (bytes.length / this.speed) * 1000;
      return void setTimeout(() => phone.write(bytes), free - now);
    });
  }
}
