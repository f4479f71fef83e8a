"""A Stripe of our own: the calls that we make, in their documented shapes, and their faults.

Money moves when a test says so (``pay``, ``renew``, ``fail``, ``cancel``); each change leaves an
event. ``signed`` is an event as Stripe sends it.
"""

import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

import stripe

from apps.billing.gateway import API_VERSION

MONTH_S: Final = 30 * 24 * 3600
Made = dict[str, Any]


class Refusal(Exception):
    """An error that Stripe answers with."""

    def __init__(self, status: int, kind: str, code: str = "", message: str = "no") -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": message}}


@dataclass
class FakeStripe:
    """The account. ``faults`` are taken one a call: "away" does nothing and answers 500, "lost"
    does it and answers 500, "busy" answers 429, "refused" 400, "missing" that something is gone,
    "" nothing of the kind."""

    key: str = "sk_test_fake"
    secret: str = "whsec_fake"
    url: str = ""
    faults: list[str] = field(default_factory=list)
    objects: dict[str, Made] = field(default_factory=dict)
    events: list[Made] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    _answers: dict[str, tuple[Any, Made]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    lock: threading.RLock = field(default_factory=threading.RLock)

    # -- the API ---------------------------------------------------------------------------------

    def answer(self, method: str, path: str, form: Made, headers: dict[str, str]) -> Made:
        """One call. Raises Refusal."""
        with self.lock:
            self.calls.append(f"{method} {path}")
            if headers.get("authorization") != f"Bearer {self.key}":
                raise Refusal(401, "invalid_request_error", message="Invalid API Key provided")
            assert headers["stripe-version"] == API_VERSION
            fault = self.faults.pop(0) if self.faults else ""
            if fault == "away":
                raise Refusal(500, "api_error")
            if fault == "busy":
                raise Refusal(429, "rate_limit_error", "rate_limit")
            if fault == "refused":
                raise Refusal(400, "invalid_request_error", "parameter_invalid")
            if fault == "missing":
                raise Refusal(400, "invalid_request_error", "resource_missing")
            found = self._once(method, path, form, headers.get("idempotency-key", ""))
            if fault == "lost":
                raise Refusal(500, "api_error")
            return found

    def _once(self, method: str, path: str, form: Made, key: str) -> Made:
        """The same key again gets the first answer; with another body it is refused."""
        known = self._answers.get(key) if method == "POST" else None
        if known is not None:
            if known[0] != (path, form):
                raise Refusal(400, "idempotency_error", message="other parameters")
            return known[1]
        found = self._do(method, path.removeprefix("/v1/").split("/"), form)
        if method == "POST":
            assert key, "a POST without a key could be done twice"
            self._answers[key] = ((path, form), json.loads(json.dumps(found)))
        return found

    def _do(self, method: str, path: list[str], form: Made) -> Made:
        match method, path:
            case "POST", ["customers"]:
                return self._make("cus", "customer", email=form["email"], metadata=_meta(form))
            case "POST", ["customers", name]:
                self._check_customer(name, "", "")
                self.objects[name] |= form
                return self.objects[name]
            case "DELETE", ["customers", name]:
                return self._forget(self._find(name))
            case "POST", ["checkout", "sessions"]:
                return self._open(form)
            case "POST", ["checkout", "sessions", name, "expire"]:
                return self._expire(self._find(name))
            case "POST", ["billing_portal", "sessions"]:
                self._check_customer(form["customer"], "", "")
                made = self._make("bps", "billing_portal.session", **form)
                return made | {"url": f"{self.url}/portal/{form['customer']}"}
            case "POST", ["refunds"]:
                return self._refund(form)
            case "GET", ["refunds"]:
                return self._refunds_of(form["payment_intent"])
            case "GET", ["events"]:
                return self._listed(form)
            case "GET", ["checkout", "sessions", name] | [
                "subscriptions" | "invoices" | "refunds" | "disputes",
                name,
            ]:
                return self._find(name)
        raise Refusal(404, "invalid_request_error", message="Unrecognized request URL")

    def _make(self, prefix: str, kind: str, **fields: Any) -> Made:
        name = f"{prefix}_{next(self._numbers)}"
        made = {"id": name, "object": kind, "created": int(time.time())} | fields
        self.objects[name] = made
        return made

    def _find(self, name: str) -> Made:
        if name not in self.objects:
            raise Refusal(404, "invalid_request_error", "resource_missing", f"No such: {name}")
        return self.objects[name]

    def _forget(self, customer: Made) -> Made:
        """What is left of a deleted customer; its subscriptions end at once."""
        if customer.get("deleted"):
            raise Refusal(404, "invalid_request_error", "resource_missing", "No such customer")
        for each in list(self.objects.values()):
            if each["object"] == "subscription" and each["customer"] == customer["id"]:
                self.cancel(each["id"])
        name = customer["id"]
        customer.clear()
        customer |= {"id": name, "object": "customer", "deleted": True}
        return customer

    def _open(self, form: Made) -> Made:
        [line] = form["line_items"].values()
        price = line["price_data"]
        assert price["currency"] in {"krw", "usd"}
        assert ("recurring" in price) == (form["mode"] == "subscription")
        self._check_customer(form["customer"], price["currency"], form["mode"])
        made = self._make(
            "cs",
            "checkout.session",
            mode=form["mode"],
            customer=form["customer"],
            currency=price["currency"],
            amount_total=int(price["unit_amount"]),
            status="open",
            payment_status="unpaid",
            metadata=_meta(form),
            subscription=None,
            payment_intent=None,
            success_url=form["success_url"],
        )
        made["url"] = f"{self.url}/pay/{made['id']}"
        return made

    def _check_customer(self, name: str, currency: str, mode: str) -> None:
        """A deleted one is none; subscriptions of one customer have one currency."""
        customer = self._find(name)
        if customer.get("deleted"):
            raise Refusal(400, "invalid_request_error", "resource_missing", "No such customer")
        if mode == "subscription" and customer.get("currency", currency) != currency:
            raise Refusal(400, "invalid_request_error", message="You cannot combine currencies")

    def _expire(self, session: Made) -> Made:
        if session["status"] != "open":
            raise Refusal(400, "invalid_request_error", message="Only open sessions")
        session |= {"status": "expired", "url": None}
        self.happen("checkout.session.expired", session)
        return session

    def _refund(self, form: Made) -> Made:
        payment = self._find(form["payment_intent"])
        amount = int(form["amount"])
        if not 0 < amount <= payment["amount"] - payment["refunded"]:
            raise Refusal(400, "invalid_request_error", "charge_already_refunded")
        payment["refunded"] += amount
        made = self._make(
            "re",
            "refund",
            amount=amount,
            payment_intent=payment["id"],
            status="succeeded",
            metadata=_meta(form),
        )
        self.happen("refund.created", made)
        return made

    def _refunds_of(self, payment: str) -> Made:
        made = [each for each in self.objects.values() if each["object"] == "refund"]
        found = [each for each in reversed(made) if each["payment_intent"] == payment]
        return {"object": "list", "url": "/v1/refunds", "data": found, "has_more": False}

    def _listed(self, form: Made) -> Made:
        since, limit = int(form["created"]["gte"]), int(form["limit"])
        found = [each for each in reversed(self.events) if each["created"] >= since]
        if after := form.get("starting_after"):
            found = found[[each["id"] for each in found].index(after) + 1 :]
        return {
            "object": "list",
            "url": "/v1/events",
            "data": found[:limit],
            "has_more": len(found) > limit,
        }

    # -- what happens at Stripe ------------------------------------------------------------------

    def pay(self, session_id: str, *, later: bool = False) -> Made:
        """The customer pays; ``later``: by a method that takes days (``arrive`` ends it)."""
        with self.lock:
            session = self._find(session_id)
            assert session["status"] == "open"
            session |= {"status": "complete", "payment_status": "unpaid" if later else "paid"}
            if session["mode"] == "payment":
                session["payment_intent"] = self._payment(session["amount_total"])["id"]
            else:
                session["subscription"] = self._subscribe(session)["id"]
            self.happen("checkout.session.completed", session)
            return session

    def arrive(self, session_id: str) -> None:
        with self.lock:
            session = self._find(session_id)
            session["payment_status"] = "paid"
            self.happen("checkout.session.async_payment_succeeded", session)

    def renew(self, subscription_id: str) -> Made:
        """A new month is paid; its invoice."""
        with self.lock:
            subscription = self._find(subscription_id)
            subscription["items"]["data"][0]["current_period_end"] += MONTH_S
            subscription["status"] = "active"
            return self._bill(subscription, "subscription_cycle", "paid")

    def fail(self, subscription_id: str) -> Made:
        """A new month's payment fails; its invoice."""
        with self.lock:
            subscription = self._find(subscription_id)
            subscription["status"] = "past_due"
            return self._bill(subscription, "subscription_cycle", "open")

    def settle(self, invoice_id: str) -> None:
        """The customer pays a bill that had failed."""
        with self.lock:
            invoice = self._find(invoice_id)
            invoice |= {"status": "paid", "amount_paid": invoice["total"]}
            invoice["payments"] = self._payments(invoice["total"])
            subscription = self._find(invoice["parent"]["subscription_details"]["subscription"])
            subscription["status"] = "active"
            self.happen("invoice.paid", invoice)
            self.happen("customer.subscription.updated", subscription)

    def cancel(self, subscription_id: str, *, at_end: bool = False) -> None:
        with self.lock:
            subscription = self._find(subscription_id)
            if at_end:
                subscription["cancel_at_period_end"] = True
                self.happen("customer.subscription.updated", subscription)
            else:
                subscription["status"] = "canceled"
                self.happen("customer.subscription.deleted", subscription)

    def refund_at_the_desk(self, payment_id: str, amount: int) -> Made:
        """Somebody refunds in Stripe's own dashboard."""
        with self.lock:
            return self._refund({"payment_intent": payment_id, "amount": amount})

    def dispute(self, payment_id: str, amount: int, status: str = "needs_response") -> Made:
        """The customer's bank takes a payment back, or asks about it (``warning_...``)."""
        with self.lock:
            made = self._make(
                "dp",
                "dispute",
                amount=amount,
                payment_intent=self._find(payment_id)["id"],
                charge="ch_1",
                reason="fraudulent",
                status=status,
                metadata={},
            )
            self.happen("charge.dispute.created", made)
            return made

    def decide(self, dispute_id: str, status: str) -> None:
        """``won``, ``lost`` or ``warning_closed``; anything else is no end of it."""
        with self.lock:
            dispute = self._find(dispute_id)
            dispute["status"] = status
            is_over = status in {"won", "lost", "warning_closed"}
            self.happen(f"charge.dispute.{'closed' if is_over else 'updated'}", dispute)

    def forget_at_the_desk(self, customer_id: str) -> None:
        """Somebody deletes a customer in the dashboard."""
        with self.lock:
            self._forget(self._find(customer_id))

    def forget_keys(self) -> None:
        """A day has passed: idempotency keys are unknown."""
        with self.lock:
            self._answers.clear()

    def bounce(self, refund_id: str) -> None:
        """The bank returns a refund."""
        with self.lock:
            refund = self._find(refund_id)
            refund["status"] = "failed"
            self.happen("refund.failed", refund)

    def _payment(self, amount: int) -> Made:
        return self._make("pi", "payment_intent", amount=amount, refunded=0)

    def _payments(self, amount: int) -> Made:
        payment = {"type": "payment_intent", "payment_intent": self._payment(amount)["id"]}
        return {"object": "list", "data": [{"status": "paid", "payment": payment}]}

    def _subscribe(self, session: Made) -> Made:
        item = {"id": "si_1", "current_period_end": int(time.time()) + MONTH_S}
        made = self._make(
            "sub",
            "subscription",
            customer=session["customer"],
            currency=session["currency"],
            status="active",
            cancel_at_period_end=False,
            cancel_at=None,
            items={"object": "list", "data": [item]},
            metadata=session["metadata"],
            amount=session["amount_total"],
        )
        self._find(session["customer"])["currency"] = session["currency"]
        self.happen("customer.subscription.created", made)
        self._bill(made, "subscription_create", "paid")
        return made

    def _bill(self, subscription: Made, reason: str, status: str) -> Made:
        amount = subscription["amount"]
        paid = status == "paid"
        details = {"subscription": subscription["id"], "metadata": subscription["metadata"]}
        made = self._make(
            "in",
            "invoice",
            status=status,
            billing_reason=reason,
            total=amount,
            amount_paid=amount if paid else 0,
            currency=subscription["currency"],
            parent={"type": "subscription_details", "subscription_details": details},
            payments=self._payments(amount) if paid else {"object": "list", "data": []},
        )
        self.happen("invoice.paid" if paid else "invoice.payment_failed", made)
        self.happen("customer.subscription.updated", subscription)
        return made

    def happen(self, kind: str, about: Made) -> None:
        self.events.append(
            {
                "id": f"evt_{next(self._numbers)}",
                "object": "event",
                "api_version": API_VERSION,
                "created": int(time.time()),
                "type": kind,
                "data": {"object": json.loads(json.dumps(about))},
            }
        )

    def signed(self, event: Made, at: int | None = None) -> tuple[str, str]:
        """An event's raw body and its Stripe-Signature."""
        body = json.dumps(event, indent=2)
        header = stripe.WebhookSignature.generate_signature_header(body, self.secret, at)
        return body, str(header)


def _meta(form: Made) -> dict[str, str]:
    found: dict[str, str] = form.get("metadata", {})
    return found
