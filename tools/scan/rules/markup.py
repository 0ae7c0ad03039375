def markup(name, request):
    # ruleid: mark-safe-in-one-module
    shown = mark_safe("<b>" + name)
    # ruleid: mark-safe-in-one-module
    again = SafeString(name)
    # ok: mark-safe-in-one-module
    constant = SafeString(" selected")
    # ok: mark-safe-in-one-module
    escaped = format_html("<b>{}</b>", name)
    return shown, again, constant, escaped


def answer(request):
    try:
        work(request)
    except ValueError as error:
        # ruleid: response-of-an-error-text
        return HttpResponse(str(error), status=400)
    # ok: response-of-an-error-text
    return HttpResponse("done")
