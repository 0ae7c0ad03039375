import http.client
import httpx
import redis
import requests


def preview(address):
    # ruleid: request-to-another-host
    first = requests.get(address, timeout=3)
    # ruleid: request-to-another-host
    second = httpx.get(address)
    # ok: request-to-another-host
    third = vendor_client.get("/status")
    # ruleid: unverified-tls
    fourth = vendor_client.open(verify=False)
    # ok: unverified-tls
    fifth = vendor_client.open(verify=True)
    # ruleid: redis-through-one-module
    sixth = redis.Redis.from_url(address)
    # ok: redis-through-one-module
    seventh = connection().get("views")
    return first, second, third, fourth, fifth, sixth, seventh
