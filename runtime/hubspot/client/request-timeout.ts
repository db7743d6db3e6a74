/** No answer came in time; the connection may still be open. */
export class RequestTimeout extends Error {}
