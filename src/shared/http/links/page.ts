import { createHash } from 'node:crypto';
import type { HttpResponseInit } from '@azure/functions';
import { longestReason } from '../input/commands.ts';
import { linkScript } from './script.ts';

const style = `:root{color-scheme:light dark;--ground:#f4f4f6;--card:#fff;--text:#1b1b1f;--quiet:#5c5c66;--line:#d4d4dc;--accent:#1f4fbf;--on-accent:#fff;--mistake:#b3261e}
@media(prefers-color-scheme:dark){:root{--ground:#131316;--card:#1e1e23;--text:#e6e6ea;--quiet:#a3a3ad;--line:#3b3b44;--accent:#a8c1ff;--on-accent:#0b1f52;--mistake:#f2b8b5}}
[hidden]{display:none!important}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{box-sizing:border-box;max-width:38rem;margin:8vh auto;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
@media(max-width:40rem){main{margin:0;padding:1.25rem;border:0;border-radius:0;min-height:100dvh}}
h1{margin:0 0 .75rem;font-size:1.4rem;line-height:1.25;overflow-wrap:anywhere}
h1:focus{outline:none}
p{margin:0 0 .75rem;overflow-wrap:anywhere}
.brand{margin-bottom:1.25rem;color:var(--quiet);font-size:.85rem;letter-spacing:.06em;text-transform:uppercase}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1rem;margin:1rem 0 1.25rem;padding-top:1rem;border-top:1px solid var(--line)}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
label{display:block;font-weight:600}
textarea{display:block;box-sizing:border-box;width:100%;margin:.35rem 0 .75rem;padding:.5rem .65rem;border:1px solid var(--quiet);border-radius:6px;background:var(--card);color:inherit;font:inherit}
button{padding:.55rem 1.4rem;border:0;border-radius:6px;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer}
textarea:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.mistake{color:var(--mistake)}
.mistake:empty{margin:0}`;

const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rampart</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="brand">Rampart</p>
<h1 id="title" tabindex="-1">A link from a message</h1>
<div id="said" aria-live="polite"></div>
<noscript><p>This page needs JavaScript: which link you followed stands behind the # of its address, and browsers send that to nobody. Allow scripts here and open the link again, or do the same on the command line with rampart approve or rampart halt, or over the API.</p></noscript>
<dl id="facts" hidden></dl>
<form id="form" hidden>
<label for="reason">Why? The journal keeps it.</label>
<textarea id="reason" rows="3" maxlength="${longestReason}" required aria-describedby="mistake"></textarea>
<p id="mistake" class="mistake" role="alert"></p>
<button id="button"></button>
</form>
<button id="again" type="button" hidden>Try again</button>
</main>
<script>${linkScript}</script>
</body>
</html>
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The page behind every link, the same for all, so that who previews links learns nothing and does nothing. Only its own
 * script runs, which talks to nobody but Rampart; nobody may frame it, and its address goes to no one.
 */
export const linkPage: HttpResponseInit = {
  status: 200,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow',
    'content-security-policy': [
      "default-src 'none'",
      `script-src ${hashOf(linkScript)}`,
      `style-src ${hashOf(style)}`,
      "connect-src 'self'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
  },
  body,
};
