// A real OpenID provider (panva's oidc-provider, certified) for the tests of sign-in: PORT and CALLBACK are given.
// Whoever signs in there is whom they say: any name, any password, on its development pages.
import { Provider } from "oidc-provider";

const [port, callback] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: "greffe", client_secret: "a secret of the tests", redirect_uris: [callback],
    grant_types: ["authorization_code"], response_types: ["code"],
  }],
  claims: { openid: ["sub"], profile: ["preferred_username"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id }) }),
  pkce: { required: () => true },
  cookies: { keys: ["tests"] },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
