"""What web and worker say to each other: pydantic only, no torch, no Django.

``params`` holds every knob with its limits, once; ``job`` the envelope of one attempt and its
result; ``events`` what a worker reports on the way; ``errors`` every failure by who must act.
"""
