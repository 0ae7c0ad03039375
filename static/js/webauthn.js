// Passkeys and security keys. The options come as data in the page (json_script), or for the sign-in from the
// form's own address; the answer goes into the form's `credential` field, and the form is sent.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const keys = (list) => list?.map((key) => ({ ...key, id: bytes(key.id) }));

const forCreate = ({ publicKey }) => ({ publicKey: {
  ...publicKey,
  challenge: bytes(publicKey.challenge),
  user: { ...publicKey.user, id: bytes(publicKey.user.id) },
  excludeCredentials: keys(publicKey.excludeCredentials),
} });

const forGet = ({ publicKey }) => ({ publicKey: {
  ...publicKey,
  challenge: bytes(publicKey.challenge),
  allowCredentials: keys(publicKey.allowCredentials),
} });

const answer = (credential) => {
  const { response } = credential;
  const parts = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    parts.attestationObject = text(response.attestationObject);
    parts.transports = response.getTransports?.() ?? [];
  } else {
    parts.authenticatorData = text(response.authenticatorData);
    parts.signature = text(response.signature);
    parts.userHandle = response.userHandle ? text(response.userHandle) : null;
  }
  return JSON.stringify({
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: parts,
  });
};

const wantPasskey = (options, passwordless) => {
  const chosen = (options.publicKey.authenticatorSelection ??= {});
  chosen.residentKey = passwordless ? "required" : "discouraged";
  chosen.requireResidentKey = passwordless;
  if (passwordless) chosen.userVerification = "required";
};

export default function webauthn(form, { say, make, release }) {
  const field = form.elements.credential;
  const complain = (sentence) => {
    let line = form.querySelector("[data-webauthn-error]");
    line ??= form.appendChild(make("p", { class: "field__error", role: "alert", "data-webauthn-error": true }));
    line.textContent = sentence;
  };
  const embedded = () => JSON.parse(document.getElementById(form.dataset.webauthnData ?? "js_data").textContent);

  const credential = async () => {
    if (form.dataset.webauthn === "create") {
      const options = embedded().creation_options;
      const tick = form.elements.passwordless;
      if (tick) wantPasskey(options, tick.checked);
      return navigator.credentials.create(forCreate(options));
    }
    if (form.dataset.webauthn === "get") return navigator.credentials.get(forGet(embedded().request_options));
    const reply = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(String(reply.status));
    return navigator.credentials.get(forGet((await reply.json()).request_options));
  };

  if (!window.PublicKeyCredential) {
    complain(say("noPasskeys"));
    return;
  }
  for (const button of form.querySelectorAll("[data-webauthn-go]")) button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      field.value = answer(await credential());
      // Not requestSubmit: the guard against double sending has already counted this one.
      HTMLFormElement.prototype.submit.call(form);
    } catch (error) {
      release(form);
      complain(say(error.name === "NotAllowedError" ? "passkeyStopped" : "passkeyFailed"));
    }
  });
}
