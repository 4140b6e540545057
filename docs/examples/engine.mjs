// A tiny engine on what `mmm up` keeps running: it asks IAM who calls, asks policy, and leaves a signed receipt.
import { createServer } from "node:http";
import { createHash, createPrivateKey, createPublicKey, randomUUID, sign } from "node:crypto";

const { IAM_SERVICE_URL, POLICY_SERVICE_URL, ERIS_SERVICE_URL, ERIS_SIGNING_KEY, PORT = "0" } = process.env;
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex"); // stands before the 32 bytes of an Ed25519 key
const der = Buffer.concat([pkcs8, Buffer.from(ERIS_SIGNING_KEY, "base64")]);
const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
const { crv, kty, x } = createPublicKey(key).export({ format: "jwk" });
const kid = createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url"); // RFC 7638

const member = (value, name) => `${JSON.stringify(name)}:${canonical(value[name])}`;
const canonical = (value) => // RFC 8785, which is how JavaScript writes JSON, with sorted names
  Array.isArray(value) ? `[${value.map(canonical)}]`
  : value && typeof value === "object" ? `{${Object.keys(value).sort().map((name) => member(value, name))}}`
  : JSON.stringify(value);

async function post(url, body) {
  const headers = { "content-type": "application/json" };
  const reply = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return [reply.status, await reply.json()];
}

async function decide(request) {
  const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  const [verified, caller] = await post(`${IAM_SERVICE_URL}/verify`, { token });
  if (verified !== 200) return [401, { error: caller.error_code }];
  const { tenant_id, actor_type } = caller;
  const evaluate = `${POLICY_SERVICE_URL}/v1/policy/tenants/${tenant_id}/evaluate`;
  const [evaluated, policy] = await post(evaluate, { context: { actor_type, source: "ide" } });
  if (evaluated !== 200) return [503, { error: "POLICY_UNAVAILABLE" }];
  const receipt = {
    receipt_id: randomUUID(), gate_id: "mmm", schema_version: "1.0.0", tenant_id, plane: "product_cloud",
    environment: "dev", module_id: "mmm-engine", emitter_service: "mmm-engine", evaluation_point: "pre-commit",
    policy_version_ids: policy.policy_version_ids, snapshot_hash: policy.snapshot_hash,
    timestamp_utc: new Date().toISOString(), timestamp_monotonic_ms: performance.now(),
    inputs: {
      kind: "decision", decision_id: randomUUID(), signal_ids: [], playbooks: [],
      policy_snapshot_id: policy.policy_snapshot_id,
    },
    decision: { status: policy.allowed ? "pass" : "hard_block", rationale: "As policy says.", badges: [] },
    result: {}, actor: { repo_id: "none", type: actor_type }, evidence_handles: [], degraded: false,
    risk: { score: 0, flags: [], safety_checks_passed: true }, kid, signature_algo: "ed25519",
  };
  const signature = sign(null, Buffer.from(canonical(receipt)), key).toString("base64");
  const signed = { ...receipt, signature: `sig-ed25519:${kid}:${signature}` };
  const [stored] = await post(`${ERIS_SERVICE_URL}/v1/evidence/receipts`, signed);
  return [200, { allowed: policy.allowed, receipt_id: receipt.receipt_id, pending: stored !== 200 }];
}

createServer(async (request, response) => {
  const [status, body] = await decide(request).catch(() => [503, { error: "UNAVAILABLE" }]);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}).listen(Number(PORT), "127.0.0.1", function () {
  console.log(`listening on ${this.address().port}`);
});
