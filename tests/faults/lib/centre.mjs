// An SMS centre that lives on while services die: npm `smpp` in the test process. Like a real one it keeps what a
// phone has written until the service has taken it, and what it has accepted is on the phone.
import { EventEmitter, once } from 'node:events';
import smpp from 'smpp';

const plus = (digits) => (digits.startsWith('+') ? digits : `+${digits}`);

export class Centre extends EventEmitter {
  constructor({ receipts = false } = {}) {
    super();
    this.setMaxListeners(0);
    this.receipts = receipts;
    this.phones = new Map(); // phone -> texts, oldest first
    this.written = []; // from phones, not yet taken
    this.sessions = new Set();
    this.bound = undefined;
    this.ids = 0;
    this.accepted = 0;
  }

  static async started(options) {
    const centre = new Centre(options);
    await centre.listen(0);
    return centre;
  }

  async listen(port) {
    this.server = smpp.createServer({}, (session) => this.serve(session));
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
  }
  get address() {
    return `127.0.0.1:${this.port}`;
  }

  /** The centre's process dies: connections are cut, what was kept is kept. `bytes`: its last, half words. */
  async die(bytes) {
    for (const session of this.sessions) {
      if (bytes) session.socket.write(bytes);
      session.socket.end();
      session.socket.destroySoon?.();
    }
    const closed = new Promise((resolve) => this.server.close(resolve));
    await Promise.all([...this.sessions].map((session) => session.socket.destroyed || once(session, 'close')));
    await closed;
  }
  revive() {
    return this.listen(this.port);
  }
  async close() {
    for (const session of this.sessions) session.socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  serve(session) {
    const parts = new Map();
    this.sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => {
      this.sessions.delete(session);
      if (this.bound === session) this.bound = undefined;
      for (const message of this.written) if (message.session === session) message.session = undefined;
    });
    session.on('bind_transceiver', (pdu) => {
      session.send(pdu.response({ system_id: 'centre' }));
      this.bound = session;
      this.emit('bound', session);
      this.written.forEach((message) => this.push(message));
    });
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on('submit_sm', (pdu) => {
      if (this.onSubmit?.(session, pdu)) return;
      this.keep(pdu, parts);
      const id = `c${++this.ids}`;
      ++this.accepted;
      session.send(pdu.response({ message_id: id }));
      if (!this.receipts || this.ids % 4 !== 0) return;
      session.deliver_sm({ esm_class: 4, source_addr: pdu.destination_addr, destination_addr: '1414',
        receipted_message_id: id, message_state: 2, short_message: `id:${id} stat:DELIVRD err:000` });
    });
  }

  keep(pdu, parts) {
    const phone = plus(pdu.destination_addr);
    const { message, udh } = pdu.short_message;
    let text = message;
    const concatenated = udh?.find((element) => element[0] === 0);
    if (concatenated) {
      const [, , reference, total, index] = concatenated;
      const key = `${phone} ${reference} ${total}`;
      if (!parts.has(key)) parts.set(key, new Map());
      parts.get(key).set(index, message);
      if (parts.get(key).size < total) return;
      text = [...parts.get(key)].sort(([a], [b]) => a - b).map(([, part]) => part).join('');
      parts.delete(key);
    }
    if (!this.phones.has(phone)) this.phones.set(phone, []);
    this.phones.get(phone).push(text);
    this.emit(phone, text);
    this.emit('sms', phone, text);
  }

  inbox(phone) {
    return this.phones.get(phone) ?? [];
  }

  /** The first text on the phone that `matches`, whether it has come or is still to come. */
  text(phone, matches, { limit = 30_000, what = String(matches) } = {}) {
    const found = this.inbox(phone).find(matches);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.off(phone, look);
        reject(new Error(`no SMS on ${phone}: ${what}; it has ${JSON.stringify(this.inbox(phone))}`));
      }, limit);
      const look = () => {
        const now = this.inbox(phone).find(matches);
        if (now === undefined) return;
        clearTimeout(timer);
        this.off(phone, look);
        resolve(now);
      };
      this.on(phone, look);
    });
  }

  /** The phone writes to 1414; resolves when the service has taken it for good, however often that needs. */
  write(phone, text) {
    return new Promise((resolve) => {
      const message = { phone, text, resolve };
      this.written.push(message);
      this.push(message);
    });
  }

  push(message) {
    const session = this.bound;
    if (!session || message.session === session) return;
    message.session = session;
    const fields = { source_addr_ton: 1, source_addr_npi: 1, source_addr: message.phone.slice(1), dest_addr_ton: 3,
      destination_addr: '1414', short_message: message.text };
    session.deliver_sm(fields, (answer) => {
      if (answer.command_status === 0) {
        this.written = this.written.filter((one) => one !== message);
        message.resolve();
        return;
      }
      message.session = undefined; // put off: a centre tries again a little later
      setTimeout(() => this.push(message), 100);
    });
  }
}
