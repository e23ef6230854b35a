// A real Chromium, driven over its DevTools: arguments are the page's link, the bridge's port and where the picture goes.
// It opens the page, then tries from a page of another site what such a page can send. A line of JSON tells what came of it.
import { createServer } from 'node:http';
import puppeteer from 'puppeteer-core';

const [link, port, picture] = process.argv.slice(2);
const bridge = `http://127.0.0.1:${port}/`;
const browser = await puppeteer.launch({
  executablePath: '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP evil.example 127.0.0.1'],
});
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 760, height: 420 });
  await page.goto(link);
  await page.waitForSelector('li.signed');
  const shown = await page.$eval('li.signed', (item) => item.innerText);
  const hash = await page.evaluate(() => location.hash);
  const cards = await page.$$eval('button, input, form, a', (found) => found.length);
  await page.screenshot({ path: picture });

  const again = await browser.newPage();
  await again.goto(link);
  await again.waitForFunction(() => document.getElementById('state').textContent.startsWith('not connected'));

  // Another site: it answers on 127.0.0.1 under its own name, as after DNS rebinding.
  const site = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<form id=f method=post enctype=text/plain></form>'));
  await new Promise((ready) => site.listen(0, '127.0.0.1', ready));
  const evil = await browser.newPage();
  await evil.goto(`http://evil.example:${site.address().port}/`);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'personal_sign', params: ['0x00', '0xdad77910dbdfde764fc21fcd4e74d71bbaca6d8d'] });
  const attempts = {};
  for (const [name, url, options] of [
    ['fetch JSON', bridge, { headers: { 'content-type': 'application/json' } }],
    ['fetch JSON with a token', bridge, { headers: { 'content-type': 'application/json', authorization: 'Bearer 00' } }],
    ['fetch text', bridge, { headers: { 'content-type': 'text/plain' } }],
    ['fetch without CORS', bridge, { mode: 'no-cors' }],
    ['fetch the link', new URL('/page/session', link).href, { headers: { 'content-type': 'text/plain' } }],
  ]) {
    attempts[name] = await evil.evaluate(async (at, given, text) => {
      try {
        return (await fetch(at, { method: 'POST', body: text, ...given })).status;
      } catch (error) {
        return error.name;
      }
    }, url, options, body);
  }

  const [form] = await Promise.all([
    evil.waitForNavigation().then((answer) => answer.status()),
    evil.evaluate((at, text) => {
      const sent = document.getElementById('f');
      sent.action = at;
      const field = document.createElement('input');
      field.name = text;
      sent.append(field);
      sent.submit();
    }, bridge, body),
  ]);
  attempts['simple form'] = form;
  const rebound = await browser.newPage();
  attempts['rebinding'] = (await rebound.goto(`http://evil.example:${port}/upcheck`)).status();
  attempts['rebinding the page'] = (await rebound.goto(`http://evil.example:${new URL(link).port}/`)).status();
  site.close();
  console.log(JSON.stringify({ shown, hash, controls: cards, attempts }));
} finally {
  await browser.close();
}
