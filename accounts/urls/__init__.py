from __future__ import annotations

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("welcome/", views.welcome, name="welcome"),
    path("enter/", views.enter, name="enter"),
    path("enter/name/", views.try_handle, name="try-handle"),
    path("recovery-code/", views.recovery_code, name="recovery-code"),
    path("unlock/", views.unlock, name="unlock"),
    path("recovery/", views.recovery, name="recovery"),
    path("recovery/code/", views.recovered, name="recovered"),
    path("recoveries/", views.recoveries_waiting, name="recoveries"),
    path("second-factor/", views.second_factor, name="second-factor"),
    path("sign-out-everywhere/", views.sign_out_everywhere, name="sign-out-everywhere"),
]
