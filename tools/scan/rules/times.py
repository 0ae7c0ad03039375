def hour(now, text):
    # ruleid: coarse-times-in-one-module
    first = now.replace(minute=0, second=0, microsecond=0)
    # ruleid: coarse-times-in-one-module
    month = now.replace(day=1)
    # ok: coarse-times-in-one-module
    third = coarse.to_hour(now)
    # ok: coarse-times-in-one-module
    return text.replace("a", "b"), first, month, third
