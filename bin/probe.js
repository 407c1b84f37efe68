// `node bin/probe.js`: asks the bridge that runs on this machine with the same environment for /livez. Status 0 if it answers, else 1.
// For container images, which have no curl; a command of the program would load all of it every ten seconds.
// biome-ignore lint/style/noProcessEnv: this program loads nothing of the bridge
const { HOST, PORT, TLS_CERT } = process.env;
const { request } = await import(TLS_CERT ? 'node:https' : 'node:http');
const isAnyAddress = !HOST || HOST === '0.0.0.0' || HOST === '::';

const sent = request(
  {
    host: isAnyAddress ? 'localhost' : HOST,
    port: PORT || 3000,
    path: '/livez',
    timeout: 2_500,
    // The certificate is that of the public name, and the connection stays on this machine.
    rejectUnauthorized: false,
  },
  (response) => {
    response.resume();
    end(response.statusCode === 200 ? 0 : 1, `/livez: ${response.statusCode}`);
  },
);
sent.once('timeout', () => sent.destroy(new Error('no answer in 2.5 s')));
sent.once('error', (error) => end(1, `/livez: ${error.code ?? error.message}`));
sent.end();

function end(status, text) {
  process.stdout.write(`${text}\n`);
  process.exit(status);
}
