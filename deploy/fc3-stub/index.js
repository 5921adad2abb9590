// Stands in for the component fc3, so that `s verify` works without network, and judges by our own strict schemas:
// the component's own lets any misspelt property and any triggerConfig pass. FC3_COMPONENT=./deploy/fc3-stub chooses it.
// `deploy` only writes what the component would be given, for the tests of the pre-deploy action.
const fs = require("fs");
const path = require("path");

const read = (name) => JSON.parse(fs.readFileSync(path.join(__dirname, "..", "schemas", name), "utf8"));

class Fc3Stub {
  constructor() {
    this.commands = { deploy: { help: { description: "writes what would be deployed", option: [] } } };
  }

  async getSchema() {
    // the command line judges each function with the same validator, which takes an id only once
    const { $id: _, ...schema } = read("function.json");
    schema.properties.triggers.items.allOf = ["log", "eventbridge", "timer"].map((type) => {
      const { $schema, $id, title, description, ...then } = read(`trigger-${type}.json`);
      return { if: { properties: { triggerType: { const: type } } }, then };
    });
    return JSON.stringify(schema);
  }

  async deploy(inputs) {
    const file = process.env.SECONDWIND_STUB_DEPLOYED;
    if (!file) throw new Error("this is a stand-in for validation: it deploys nothing");
    fs.appendFileSync(file, JSON.stringify(inputs.props) + "\n");
    return {};
  }
}

exports.default = Fc3Stub;
