def view(request, log, user, form):
    # ruleid: request-data-in-a-log
    log.info("asked for %s", request.path)
    # ruleid: request-data-in-a-log
    log.warning(f"wrong password of {user.email}")
    # ruleid: request-data-in-a-log
    log.error("refused: %s", form.cleaned_data["text"])
    # ok: request-data-in-a-log
    log.warning("message %s is deleted unsent", user.pk)
    # ruleid: traceback-in-a-log
    log.exception("failed")
    # ok: traceback-in-a-log
    log.error("failed: %s", type(form).__name__)
