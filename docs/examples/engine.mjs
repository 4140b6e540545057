// A tiny engine on what `mmm up` keeps running: it asks IAM who calls, asks policy, and leaves a signed receipt.
import { createServer } from "node:http";
import { createHash, createPrivateKey, createPublicKey, randomUUID, sign } from "node:crypto";

const { IAM_SERVICE_URL, POLICY_SERVICE_URL, ERIS_SERVICE_URL, ERIS_SIGNING_KEY, PORT = "0" } = process.env;
const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(ERIS_SIGNING_KEY, "base64")]);
const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" }); // those 16 bytes say: Ed25519, 32 bytes follow
const { crv, kty, x } = createPublicKey(key).export({ format: "jwk" });
const kid = createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url"); // RFC 7638

const sorted = (value) => // RFC 8785 is how JavaScript writes JSON, with sorted names
  Array.isArray(value) ? value.map(sorted) :
  value?.constructor === Object ? Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])])) : value;

const post = async (url, body) => {
  const headers = { "content-type": "application/json" };
  const reply = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: reply.status, said: await reply.json() };
};

async function decide(request) {
  const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  const { status: known, said: caller } = await post(`${IAM_SERVICE_URL}/verify`, { token });
  if (known !== 200) return [known === 401 ? 401 : 503, { error: caller.error_code }];
  const { tenant_id, actor_type } = caller;
  const context = { actor_type, source: "ide" };
  const asked = await post(`${POLICY_SERVICE_URL}/v1/policy/tenants/${tenant_id}/evaluate`, { context });
  if (asked.status !== 200) return [503, { error: "POLICY_UNAVAILABLE" }];
  const { allowed, policy_snapshot_id, policy_version_ids, snapshot_hash } = asked.said;
  const receipt = {
    receipt_id: randomUUID(), gate_id: "mmm", schema_version: "1.0.0", tenant_id, plane: "product_cloud", environment: "dev",
    module_id: "mmm-engine", emitter_service: "mmm-engine", evaluation_point: "pre-commit", policy_version_ids, snapshot_hash,
    timestamp_utc: new Date().toISOString(), timestamp_monotonic_ms: performance.now(),
    inputs: { kind: "decision", decision_id: randomUUID(), signal_ids: [], playbooks: [], policy_snapshot_id },
    decision: { status: allowed ? "pass" : "hard_block", rationale: "As policy says.", badges: [] }, result: {},
    actor: { repo_id: "none", type: actor_type }, evidence_handles: [], degraded: false,
    risk: { score: 0, flags: [], safety_checks_passed: true }, kid, signature_algo: "ed25519",
  };
  const signature = sign(null, Buffer.from(JSON.stringify(sorted(receipt))), key).toString("base64");
  const stored = await post(`${ERIS_SERVICE_URL}/v1/evidence/receipts`, { ...receipt, signature: `sig-ed25519:${kid}:${signature}` });
  return [200, { allowed, receipt_id: receipt.receipt_id, pending: stored.status !== 200 }];
}

createServer(async (request, response) => {
  const [status, body] = await decide(request).catch(() => [503, { error: "UNAVAILABLE" }]);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}).listen(Number(PORT), "127.0.0.1", function () { console.log(`listening on ${this.address().port}`); });
