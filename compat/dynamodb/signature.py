"""Signature Version 4: who a request comes from, and that nobody changed it on the way.

A request is signed in a header or, presigned, in its query string. In development mode any access
key may come, and a key that isn't known can't be verified; a known one is verified there as well.
A request without a signature is refused in either mode, and so is one that leaves its body
unsigned, because the body's own hash is what is verified.

The order of the tests, and the texts, are those of AWS's services. Source: "AWS Signature Version 4
for API requests" in the IAM user guide (Create a signed AWS API request, Troubleshoot requests).
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol
from urllib.parse import parse_qsl, quote, urlsplit

from compat.dynamodb.errors import DynamoError
from compat.dynamodb.known_signers import KnownSigners, Signer

ALGORITHM: Final = "AWS4-HMAC-SHA256"
SERVICE: Final = "dynamodb"
#: By how much the clocks may differ.
CLOCK_SKEW: Final = timedelta(minutes=5)
#: Seconds for which a presigned request may be good.
EXPIRES_SECONDS_MAX: Final = 604_800

_SIGNATURE: Final = re.compile("[0-9a-f]{64}")
_SIGNING_KEYS_MAX: Final = 1000
_BLANKS: Final = re.compile(r"\s+")
_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided."
    " Check your AWS Secret Access Key and signing method."
    " Consult the service documentation for details."
)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key and the role of the database that it stands for."""

    id: str
    secret: str
    role: str


class Signed(Protocol):
    """What of a request is signed."""

    @property
    def method(self) -> str:
        """In capitals."""

    @property
    def target(self) -> str:
        """As it was sent: path, and query behind a question mark."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By names in lower case."""

    @property
    def sent_body(self) -> bytes:
        """As it was sent: maybe compressed."""


@dataclass(slots=True)
class SignedRequest:
    """A request that came over no wire; see `Signed`."""

    method: str
    target: str
    headers: Mapping[str, str]
    sent_body: bytes


@dataclass(slots=True)
class _Claim:
    """What a request says of its own signature."""

    credential: str
    signed_headers: str
    signature: str
    moment: str
    is_presigned: bool
    expires: str | None = None


class Authenticator:
    """Tells the role for which a request may act.

    Args:
        accepts_any_key: Development mode.
        default_role: Of those whose key isn't known, there.
    """

    def __init__(
        self,
        keys: Mapping[str, AccessKey],
        *,
        region: str,
        accepts_any_key: bool,
        default_role: str,
    ) -> None:
        self._keys = keys
        self._region = region
        self._accepts_any_key = accepts_any_key
        self._default_role = default_role
        #: Of credentials whose scope is right on a day.
        self._signing_keys: dict[tuple[str, str], bytes] = {}
        self._known = KnownSigners(CLOCK_SKEW)

    def role_of(self, request: Signed, now: datetime) -> str:
        """Returns the role. Raises DynamoError with AWS's name of what is wrong."""
        if request.target == "/" and request.method == "POST":
            role = self._known.role_of(request.headers, request.sent_body, now)
            if role is not None:
                return role
        claim = _claim_of(request)
        key = self._keys.get(claim.credential.partition("/")[0])
        if key is None:
            if self._accepts_any_key:
                return self._default_role
            raise DynamoError(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )
        self._verify(request, claim, key, now)
        return key.role

    def _verify(self, request: Signed, claim: _Claim, key: AccessKey, now: datetime) -> None:
        moment = _moment_of(claim.moment)
        if moment is None:
            raise _incomplete(
                f"Date must be in ISO-8601 'basic format'. Got '{claim.moment}'."
                " See http://en.wikipedia.org/wiki/ISO_8601"
            )
        signing_key = self._signing_key(claim, key)
        _check_moment(claim, moment, now)
        names = claim.signed_headers.split(";")
        if "host" not in names:
            raise _invalid(_MISMATCH)
        head = _canonical_head(request, claim, names)
        canonical = hashlib.sha256((head + hashlib.sha256(request.sent_body).hexdigest()).encode())
        signer = Signer(claim.credential, claim.signed_headers, signing_key, key.role)
        text = f"{ALGORITHM}\n{claim.moment}\n{signer.scope}\n{canonical.hexdigest()}"
        if not hmac.compare_digest(
            signer.signature(text.encode()).encode(), claim.signature.encode()
        ):
            raise _invalid(_MISMATCH)
        if _is_ordinary(request, claim):
            self._known.learn(request.headers, moment, head, signer)

    def _signing_key(self, claim: _Claim, key: AccessKey) -> bytes:
        """Returns what signs in the claim's scope, if that is the right one for its moment."""
        known = claim.credential, claim.moment[:8]
        signing_key = self._signing_keys.get(known)
        if signing_key is None:
            scope = claim.credential.split("/")
            if len(scope) != 5:
                raise _incomplete(
                    "Credential must have exactly 5 slash-delimited elements,"
                    f" e.g. keyid/date/region/service/term, got '{claim.credential}'"
                )
            self._check_scope(scope, claim.moment)
            signing_key = _signing_key(key.secret, scope[1], scope[2])
            if len(self._signing_keys) >= _SIGNING_KEYS_MAX:
                self._signing_keys.clear()
            self._signing_keys[known] = signing_key
        return signing_key

    def _check_scope(self, scope: list[str], moment: str) -> None:
        _, date, region, service, terminator = scope
        faults = []
        if region != self._region:
            faults.append(f"Credential should be scoped to a valid region, not '{region}'. ")
        if service != SERVICE:
            faults.append(f"Credential should be scoped to correct service: '{SERVICE}'. ")
        if terminator != "aws4_request":
            faults.append(
                "Credential should be scoped with a valid terminator: 'aws4_request', not"
                f" '{terminator}'. "
            )
        if date != moment[:8]:
            faults.append(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date"
                f" from HTTP: '{date}' != '{moment[:8]}', from '{moment}'. "
            )
        if faults:
            raise _invalid("".join(faults))


def _incomplete(message: str) -> DynamoError:
    return DynamoError("IncompleteSignatureException", message)


def _invalid(message: str) -> DynamoError:
    return DynamoError("InvalidSignatureException", message)


# ---- what the request claims -------------------------------------------------------------------

_QUERY_PARAMETERS: Final = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "X-Amz-Date",
)


def _claim_of(request: Signed) -> _Claim:
    header = request.headers.get("authorization")
    query = (
        dict(parse_qsl(urlsplit(request.target).query, keep_blank_values=True))
        if "?" in request.target
        else {}
    )
    is_presigned = "X-Amz-Algorithm" in query
    if header and is_presigned:
        raise _invalid(
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
        )
    if is_presigned:
        return _query_claim(query)
    if not header or not header.strip().startswith("AWS4-"):
        raise DynamoError(
            "MissingAuthenticationTokenException", "Request is missing Authentication Token"
        )
    return _header_claim(header.strip(), request.headers)


@lru_cache(maxsize=256)
def _header_parameters(header: str) -> tuple[str, dict[str, str]]:
    """Returns the algorithm and the parameters of an Authorization header."""
    algorithm, _, rest = header.partition(" ")
    return algorithm, dict([part.partition("=")[::2] for part in rest.replace(",", " ").split()])


def _header_claim(header: str, headers: Mapping[str, str]) -> _Claim:
    # All that is before the signature is the same in many requests.
    start, label, signature = header.rpartition("Signature=")
    algorithm, parameters = _header_parameters(start + label)
    if _SIGNATURE.fullmatch(signature) is not None and "Signature" in parameters:
        parameters = {**parameters, "Signature": signature}
    else:
        algorithm, parameters = _header_parameters(header)
    moment = headers.get("x-amz-date") or headers.get("date")
    missing = [
        f"Authorization header requires '{name}' parameter. "
        for name in ("Credential", "Signature", "SignedHeaders")
        if not parameters.get(name)
    ]
    if not moment:
        missing.append(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        )
    if missing or moment is None:
        raise _incomplete(f"{''.join(missing)}Authorization={algorithm}")
    if algorithm != ALGORITHM:
        raise _incomplete(f"Unsupported AWS 'algorithm': '{algorithm}'. ")
    return _Claim(
        parameters["Credential"],
        parameters["SignedHeaders"],
        parameters["Signature"],
        moment,
        is_presigned=False,
    )


def _query_claim(query: Mapping[str, str]) -> _Claim:
    missing = [
        f"AWS query-string parameters must include '{name}'. "
        for name in _QUERY_PARAMETERS
        if not query.get(name)
    ]
    if missing:
        raise _incomplete(f"{''.join(missing)}Re-examine the query-string parameters.")
    if query["X-Amz-Algorithm"] != ALGORITHM:
        raise _incomplete(f"Unsupported AWS 'algorithm': '{query['X-Amz-Algorithm']}'. ")
    return _Claim(
        query["X-Amz-Credential"],
        query["X-Amz-SignedHeaders"],
        query["X-Amz-Signature"],
        query["X-Amz-Date"],
        is_presigned=True,
        expires=query.get("X-Amz-Expires", str(int(CLOCK_SKEW.total_seconds()))),
    )


# ---- time --------------------------------------------------------------------------------------

_BASIC_FORMAT: Final = "%Y%m%dT%H%M%SZ"


@lru_cache(maxsize=256)
def _moment_of(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _BASIC_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _check_moment(claim: _Claim, moment: datetime, now: datetime) -> None:
    lifetime = CLOCK_SKEW
    if claim.expires is not None:
        if not claim.expires.isdecimal() or not 0 < int(claim.expires) <= EXPIRES_SECONDS_MAX:
            raise _incomplete("X-Amz-Expires must be a number between 1 and 604800")
        lifetime = timedelta(seconds=int(claim.expires))
    if now - lifetime <= moment <= now + CLOCK_SKEW:
        return
    shown = now.strftime(_BASIC_FORMAT)
    minutes = int(lifetime.total_seconds() // 60)
    if moment < now - lifetime:
        earliest = (now - lifetime).strftime(_BASIC_FORMAT)
        raise _invalid(
            f"Signature expired: {claim.moment} is now earlier than {earliest}"
            f" ({shown} - {minutes} min.)"
        )
    latest = (now + CLOCK_SKEW).strftime(_BASIC_FORMAT)
    raise _invalid(
        f"Signature not yet current: {claim.moment} is still later than {latest} ({shown} + 5 min.)"
    )


# ---- the signature -----------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _signing_key(secret: str, date: str, region: str) -> bytes:
    key = ("AWS4" + secret).encode()
    for part in (date, region, SERVICE, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _canonical_head(request: Signed, claim: _Claim, names: list[str]) -> str:
    """Returns the canonical request without the hash of the body, which ends it."""
    path, _, query = request.target.partition("?")
    headers = request.headers
    lines = [request.method, _canonical_path(path), _canonical_query(query) if query else ""]
    lines += [f"{name}:{_trimmed(headers.get(name, ''))}" for name in names]
    return "\n".join([*lines, "", claim.signed_headers, ""])


def _is_ordinary(request: Signed, claim: _Claim) -> bool:
    """Returns whether a right request is one of those that `KnownSigners` is for."""
    return (
        (request.method, request.target) == ("POST", "/")
        and not claim.is_presigned
        and request.headers.get("x-amz-date") == claim.moment
        and request.headers["authorization"].endswith(f"Signature={claim.signature}")
    )


def _trimmed(value: str) -> str:
    return _BLANKS.sub(" ", value.strip()) if "  " in value else value.strip()


def _canonical_path(path: str) -> str:
    return "/" if path in {"", "/"} else quote(path, safe="/-_.~")


def _canonical_query(query: str) -> str:
    pairs = [
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name != "X-Amz-Signature"
    ]
    return "&".join([f"{name}={value}" for name, value in sorted(pairs)])
