// Keys for actions: 48 bits of time and 80 random bits. `crypto.randomUUID` is missing on plain http, this is not.

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function ulid() {
  let time = Date.now();
  let text = "";
  for (let i = 0; i < 10; i++) {
    text = DIGITS[time % 32] + text;
    time = Math.floor(time / 32);
  }
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) text += DIGITS[byte % 32];
  return text;
}
