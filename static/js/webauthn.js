// Passkeys and security keys (WebAuthn). The options come as JSON in the page (json_script) or, when
// signing in, from the form's own URL. The response goes into the form's `credential` field.
const bytesFromBase64Url = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
    character.charCodeAt(0),
  );

const base64UrlFromBytes = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const decodeIds = (credentials) =>
  credentials?.map((credential) => ({ ...credential, id: bytesFromBase64Url(credential.id) }));

const creationOptions = ({ publicKey }) => ({
  publicKey: {
    ...publicKey,
    challenge: bytesFromBase64Url(publicKey.challenge),
    user: { ...publicKey.user, id: bytesFromBase64Url(publicKey.user.id) },
    excludeCredentials: decodeIds(publicKey.excludeCredentials),
  },
});

const requestOptions = ({ publicKey }) => ({
  publicKey: {
    ...publicKey,
    challenge: bytesFromBase64Url(publicKey.challenge),
    allowCredentials: decodeIds(publicKey.allowCredentials),
  },
});

const encodeResponse = (response) => {
  const clientDataJSON = base64UrlFromBytes(response.clientDataJSON);
  if (response.attestationObject) {
    return {
      clientDataJSON,
      attestationObject: base64UrlFromBytes(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    };
  }
  return {
    clientDataJSON,
    authenticatorData: base64UrlFromBytes(response.authenticatorData),
    signature: base64UrlFromBytes(response.signature),
    userHandle: response.userHandle ? base64UrlFromBytes(response.userHandle) : null,
  };
};

const serializeCredential = (credential) =>
  JSON.stringify({
    type: credential.type,
    id: credential.id,
    rawId: base64UrlFromBytes(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: encodeResponse(credential.response),
  });

/** Ask for a passkey (stored on the device, user verified) or for a second factor only. */
const setPasswordless = (options, isPasswordless) => {
  options.publicKey.authenticatorSelection ??= {};
  const selection = options.publicKey.authenticatorSelection;
  selection.residentKey = isPasswordless ? "required" : "discouraged";
  selection.requireResidentKey = isPasswordless;
  if (isPasswordless) selection.userVerification = "required";
};

const embeddedData = (form) =>
  JSON.parse(document.getElementById(form.dataset.webauthnData ?? "js_data").textContent);

class RequestFailed extends Error {}

/** Ask the browser for a credential, as the form's data-webauthn says: create, get or login. */
const requestCredential = async (form, request) => {
  if (form.dataset.webauthn === "create") {
    const options = embeddedData(form).creation_options;
    const checkbox = form.elements.passwordless;
    if (checkbox) setPasswordless(options, checkbox.checked);
    return navigator.credentials.create(creationOptions(options));
  }
  if (form.dataset.webauthn === "get") {
    return navigator.credentials.get(requestOptions(embeddedData(form).request_options));
  }
  const answer = await request(form.action);
  if (!answer.ok) throw new RequestFailed(answer.sentence);
  const { request_options: options } = answer.data;
  return navigator.credentials.get(requestOptions(options));
};

export default function webauthn(form, { translate, createElement, allowResubmit, request }) {
  const showError = (text) => {
    let element = form.querySelector("[data-webauthn-error]");
    element ??= form.appendChild(
      createElement("p", { class: "field__error", role: "alert", "data-webauthn-error": true }),
    );
    element.textContent = text;
  };

  if (!window.PublicKeyCredential) {
    showError(translate("passkeysUnsupported"));
    return;
  }
  for (const button of form.querySelectorAll("[data-webauthn-button]")) button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      form.elements.credential.value = serializeCredential(await requestCredential(form, request));
      // Not requestSubmit: the guard against double submission has counted this submit already.
      HTMLFormElement.prototype.submit.call(form);
    } catch (error) {
      allowResubmit(form);
      const isCancelled = error.name === "NotAllowedError";
      const sentence = translate(isCancelled ? "passkeyCancelled" : "passkeyFailed");
      showError(error instanceof RequestFailed ? error.message : sentence);
    }
  });
}
