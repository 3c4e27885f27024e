// eGov Mobile as our service meets it: a phone that reads a QR code from a picture, asks what is wanted (API 1), fetches
// what is to be signed (API 2), signs it with its owner's key and sends it back (eds.md 4.3).
import assert from 'node:assert/strict';

import jsQR from 'jsqr';
import { PNG } from 'pngjs';

export class EgovMobile {
  constructor(service, key, { language = 'ru' } = {}) {
    Object.assign(this, { service, key, language });
  }

  /** The text of the QR code in a PNG. */
  static read(picture) {
    const { data, width, height } = PNG.sync.read(picture);
    return jsQR(new Uint8ClampedArray(data), width, height)?.data ?? assert.fail('no QR code in the picture');
  }

  /** Points the camera at a picture: what the code asks for, in words. */
  async scan(picture) {
    const text = EgovMobile.read(picture);
    assert.match(text, /^mobileSign:\S+$/);
    return this.open(text.slice('mobileSign:'.length));
  }
  /** Follows the address of a code, as the link on the phone's own browser does. */
  async open(address) {
    const { status, body } = await this.#ask('GET', address);
    if (status !== 200) return { status };
    assert.equal(body.document.auth_type, 'Token');
    for (const name of ['nameRu', 'nameKz', 'nameEn']) assert.notEqual(body.organisation[name], '', 'who asks');
    this.order = body;
    const documents = await this.#ask('GET', body.document.uri);
    assert.equal(documents.status, 200, documents.text);
    this.documents = documents.body;
    assert.equal(this.documents.signMethod, 'XML');
    return { status, description: body.description, names: this.documents.documentsToSign.map((one) => one.nameRu) };
  }
  /** Signs what it was given; the status of the answer. */
  async sign() {
    const login = this.documents.documentsToSign.every((one) => one.documentXml.startsWith('<login>'));
    const signed = await Promise.all(this.documents.documentsToSign.map(async (one) => ({
      ...one, documentXml: await this.key.signXml(one.documentXml, { login }),
    })));
    const { status } = await this.#ask('PUT', this.order.document.uri, { ...this.documents, documentsToSign: signed });
    return status;
  }

  #ask(method, address, body) {
    const { pathname, host } = new URL(address);
    assert.equal(host, `${this.service.host}:${this.service.port}`, 'the code leads to us');
    return this.service.call(method, pathname, body, { language: this.language, token: this.order?.document.auth_token });
  }
}
