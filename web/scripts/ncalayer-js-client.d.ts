// What we use of the package, which has no types of its own.
declare module "ncalayer-js-client" {
  export class NCALayerClient {
    constructor(url: string, allowKmdHttpApi: boolean);
    kmdHttpApiUrl: string;
    wsConnection: WebSocket | null;
    onResponseReady: ((text: string) => void) | null;
    static readonly basicsStorageAll: null;
    static readonly fileStorageType: string;
    /** The version. */
    connect(): Promise<string>;
    basicsSignCMS(storages: string[] | null, base64: string, params: object, signer: object, locale: string): Promise<unknown>;
    createCAdESFromBase64(storage: string, base64: string, keyType: string, attach: boolean): Promise<unknown>;
  }
}
