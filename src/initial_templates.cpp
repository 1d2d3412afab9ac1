#include "config.h"

namespace latchkey {

// Short, because a long mail that asks for a click looks like fraud, and without pictures or links to
// anywhere else, because nobody but the customer should learn that it was opened.
std::vector<TemplateFile> initial_templates() {
  return {{kSubjectTemplate, "Your link to the customer portal\n"},
          {kTextTemplate, R"(Hello,

here is your personal link to the customer portal:

{{link}}

It works once, and until {{linkExpiresAt}}. If it is too late by now, simply ask for a new one.

Whoever opens this link is signed in as you, so please do not forward this message. If you did not ask for it
and did not expect it, you can ignore it.

Reference: {{requestId}}
)"},
          {kHtmlTemplate, R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Your link to the customer portal</title>
</head>
<body style="margin: 0; padding: 24px; font: 16px/1.5 sans-serif; color: #1f2328;">
<p>Hello,</p>
<p>here is your personal link to the customer portal:</p>
<p><a href="{{link}}"
      style="display: inline-block; padding: 12px 20px; border-radius: 6px; background: #0b5cad;
             color: #ffffff; text-decoration: none;">Open the customer portal</a></p>
<p>It works <strong>once</strong>, and until <strong>{{linkExpiresAt}}</strong>.
If it is too late by now, simply ask for a new one.</p>
<p style="font-size: 14px;">If the button does not work, copy this address into your browser:<br>
<span style="word-break: break-all;">{{link}}</span></p>
<p style="font-size: 14px;">Whoever opens this link is signed in as you, so please do not forward this
message. If you did not ask for it and did not expect it, you can ignore it.</p>
<p style="font-size: 12px; color: #57606a;">Reference: {{requestId}}</p>
</body>
</html>
)"}};
}

}  // namespace latchkey
