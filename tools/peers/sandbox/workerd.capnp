using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "greet", worker = .greet)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "greet")],
);

const greet :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "dist/worker.js")],
  compatibilityDate = "2026-08-04",
);
