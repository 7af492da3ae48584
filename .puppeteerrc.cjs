// The WhatsApp Web transport drives a Chromium that is already on the machine; never download another one.
module.exports = { skipDownload: true }
