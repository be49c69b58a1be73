// npm's zpl-renderer-js (zebrash) draws labels: each file of ZPL becomes a picture beside it.
"use strict";
const { readFileSync, writeFileSync } = require("node:fs");
const { ready } = require("zpl-renderer-js");

const { labels } = JSON.parse(process.argv[2]);

async function main() {
  const { api } = await ready;
  console.log("ready");
  for (const { zpl, png, width, height, dots } of labels) {
    const picture = await api.zplToBase64Async(readFileSync(zpl, "utf8"), width, height, dots);
    writeFileSync(png, Buffer.from(picture, "base64"));
  }
  console.log("drawn");
  process.exit(0);
}

main();
