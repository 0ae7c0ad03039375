"""Addresses of this app; those of allauth are in accounts.urls.allauth_urls."""

from __future__ import annotations

from django.urls import path

from accounts.views import membership, recovery, security

app_name = "accounts"
urlpatterns = [
    path("welcome/", membership.welcome, name="welcome"),
    path("enter/", membership.choose_handle, name="enter"),
    path("enter/name/", membership.check_handle, name="try-handle"),
    path("recovery-code/", recovery.recovery_code, name="recovery-code"),
    path("unlock/", membership.unlock, name="unlock"),
    path("left/", membership.left, name="left"),
    path("recovery/", recovery.custodian_recovery, name="recovery"),
    path("recovery/code/", recovery.complete_recovery, name="recovered"),
    path("recoveries/", recovery.recovery_requests, name="recoveries"),
    path("second-factor/", security.second_factor, name="second-factor"),
    path("sign-out-everywhere/", security.sign_out_everywhere, name="sign-out-everywhere"),
]
