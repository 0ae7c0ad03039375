// Runs the RelevantID device check, which fills hidden fields of the form. The form can be submitted
// at any time; if the service does not respond, the score is -2.
const TIMEOUT_SECONDS = 5;
const POLLS_PER_SECOND = 4;

export default function deviceCheck(form) {
  const score = form.elements.Score;
  let isComplete = false;
  // RelevantID's script calls these two by name.
  window.RVIDResponseComplete = () => {
    isComplete = true;
  };
  window.RVIDNoResponse = () => {
    if (!isComplete && score) score.value = "-2";
  };
  let attemptsLeft = TIMEOUT_SECONDS * POLLS_PER_SECOND;
  const callWhenLoaded = () => {
    if (typeof window.callRVIDNow === "function") window.callRVIDNow();
    else if (attemptsLeft-- > 0) setTimeout(callWhenLoaded, 1000 / POLLS_PER_SECOND);
  };
  callWhenLoaded();
  setTimeout(() => window.RVIDNoResponse(), TIMEOUT_SECONDS * 1000);
}
