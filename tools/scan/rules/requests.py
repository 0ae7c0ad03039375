# ruleid: csrf-exempt
@csrf_exempt
def open_door(request):
    # ruleid: redirect-to-what-was-sent
    return redirect(request.GET["next"])


# ok: csrf-exempt
@require_POST
def shut_door(request, response):
    # ruleid: cookie-without-its-limits
    response.set_cookie("theme", "dark")
    # ok: cookie-without-its-limits
    response.set_cookie("theme", "dark", httponly=True, samesite="Lax")
    # ok: redirect-to-what-was-sent
    return redirect("cases:feed")


class Form(ModelForm):
    class Meta:
        # ruleid: all-fields-of-a-model
        fields = "__all__"


class Named(ModelForm):
    class Meta:
        # ok: all-fields-of-a-model
        fields = ["title"]
