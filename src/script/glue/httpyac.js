// What httpYac gives its scripts.
(host, tools) => ({
  begin: () => ({}),
  finish: async () => {},
});
